#!/usr/bin/env python3
"""Packs the page's files (web/dist) for the program: one archive, and the C file that holds it. Standard library only.

usage: tools/web/embed.py FOLDER ARCHIVE C_FILE

The archive, read by src/server/server_static.c: "STARWEB1", then for each file, sorted by path, a line
`PATH ETAG OFFSET SIZE GZ_OFFSET GZ_SIZE` (gzip sizes 0 where it does not pay), an empty line, then the bytes; offsets are from
their beginning. FOLDER may be missing: then there are no files. Same files, same bytes.
"""
import gzip
import hashlib
import os
import sys

MIN_GAIN = 0.95


def files_of(folder):
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(root, name)
            if not name.startswith("."):
                yield "/" + os.path.relpath(path, folder).replace(os.sep, "/"), path


def archive_of(folder):
    lines, blocks, at = [], [], 0
    for path, file in sorted(files_of(folder)):
        if any(c.isspace() for c in path):
            sys.exit(f"embed.py: a path of the page has white space: {path}")
        with open(file, "rb") as stream:
            raw = stream.read()
        packed = gzip.compress(raw, 9, mtime=0)
        if len(packed) > len(raw) * MIN_GAIN:
            packed = b""
        etag = hashlib.sha256(raw).hexdigest()[:16]
        lines.append(f"{path} {etag} {at} {len(raw)} {at + len(raw)} {len(packed)}\n")
        blocks += [raw, packed]
        at += len(raw) + len(packed)
    return b"STARWEB1\n" + "".join(lines).encode() + b"\n" + b"".join(blocks)


def write(path, data):
    """Only where it is another: what hangs on it is then not built again."""
    if os.path.exists(path):
        with open(path, "rb") as stream:
            if stream.read() == data:
                return
    with open(path, "wb") as stream:
        stream.write(data)


def main():
    folder, archive, c_file = sys.argv[1:]
    data = archive_of(folder)
    write(archive, data)
    digest = hashlib.sha256(data).hexdigest()  # so that the C file is another when the archive is
    write(c_file, f"""/* Made by tools/web/embed.py of {digest}. */
#include "server/server_web.h"
__asm__(".section .rodata\\n.balign 16\\n.global server_web_data\\nserver_web_data:\\n.incbin \\"{archive}\\"\\n"
        ".global server_web_end\\nserver_web_end:\\n.byte 0\\n.previous\\n");
""".encode())


main()
