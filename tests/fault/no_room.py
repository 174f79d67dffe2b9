"""A disk that is full: a limit on the size of files (RLIMIT_FSIZE), and a small file system of its own where one may be mounted. load and
sync fail with a clear message, keep nothing half-written, and go on when there is room; so it is with files that cannot be written."""
import os
import resource
import shutil
import subprocess

import shop
import warehouse
from warehouse import Failure

NOBODY = 65534
N_LIMITS = 3  # of the sizes that are tried


def attempt(home, *args, limit=None, prefix=()):
    """(exit code, what it said) of a command; limit: bytes a file may have."""
    def limited():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    done = subprocess.run([*prefix, warehouse.BIN, *args, "--home", home, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, preexec_fn=limited)
    return done.returncode, done.stderr.decode("utf-8", "replace")


def check_refusal(what, code, said, codes, words):
    if code not in codes or not any(word in said.lower() for word in words):
        raise Failure("%s: exit code %d, not %r with one of %r:\n%s" % (what, code, codes, words, said))
    if "Sanitizer" in said or "runtime error" in said or "SELECT " in said:
        raise Failure("%s: a fault or SQL shows in:\n%s" % (what, said))



# --- a limit on files ----------------------------------------------------------------------------------------------------------

def limited_files(rng, folder):
    """Each limit in turn, from too small for anything up."""
    home, n = shop.Shop(folder, "limited"), 0
    home.init()
    home.load(2000)
    home.run("sync")
    shown = home.run("query", '{"measures":["order_lines"]}', "--json")
    size = os.path.getsize(home.warehouse)
    writer, refused = shop.Writer(home.oltp, rng), 0
    for _ in range(30):
        writer.transaction()
    for args in (["load", "orders=" + home.file(3000)], ["sync"], ["sync", "--full"]):
        for limit in rng.sample((4096, 65536, 262144, size - 4096, size + 16384, size + 300000), N_LIMITS):
            writer.transaction()
            code, said = attempt(home.home, *args, limit=limit)
            if code:
                check_refusal("%s with files of up to %d bytes" % (args[0], limit), code, said, (7, 8),
                              ("full", "space", "size", "too large", "room", "limit"))
                refused += 1
            home.check_opens()
            n += 1
        home.run(*args)
        home.run("sync")
        home.check_in_step()
    if not refused:
        raise Failure("no limit on the size of files was ever met; first shown: " + shown)
    writer.close()
    print("%d commands, %d of them without room" % (n, refused))
    home.check_rebuilt()
    return n


# --- a small file system ---------------------------------------------------------------------------------------------------------

def small_disk(rng, folder):
    place = os.path.join(folder, "small disk")
    os.mkdir(place)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", place], capture_output=True)
    if mounted.returncode:
        print("SKIPPED: nothing may be mounted here: a small file system")
        return 0
    try:
        return on_small_disk(rng, place)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def on_small_disk(rng, place):
    home, filler = shop.Shop(place), os.path.join(place, "filler")
    home.init()
    home.load(2000)
    home.run("sync")
    more = home.file(2002)
    writer = shop.Writer(home.oltp, rng)
    for _ in range(20):
        writer.transaction()
    writer.close()
    free, refused = shutil.disk_usage(place).free, 0
    for rest in (0, 65536, 400000):
        with open(filler, "wb") as file:
            file.write(b"x" * max(0, free - rest))
        for args in (["sync"], ["load", "orders=" + more]):
            code, said = attempt(home.home, *args)
            if code:
                check_refusal("%s with %d bytes of room" % (args[0], rest), code, said, (7, 8),
                              ("full", "space", "size", "too large", "room", "limit"))
                refused += 1
        os.remove(filler)
        home.check_opens()
    home.run("sync")
    home.check_in_step()
    if not refused:
        raise Failure("a full disk was never met")
    print("a small disk: %d of 6 commands without room" % refused)
    return 6


# --- what cannot be written -------------------------------------------------------------------------------------------------------

def read_only(rng, folder):
    """As another user, to whom the home is read-only: root may write anything."""
    home = shop.Shop(folder, "read only")
    home.init()
    home.load(1000)
    home.run("sync")
    prefix = []
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            print("SKIPPED: root may write anything, and there is no setpriv: read-only files")
            return 0
        prefix = ["setpriv", "--reuid=%d" % NOBODY, "--clear-groups"]
        if subprocess.run(prefix + [os.environ["STARLING_BIN"], "version"], capture_output=True).returncode != 0:
            print("SKIPPED: another user may not run the program where it lies: read-only files")
            return 0
    os.chmod(folder, 0o755)
    writer = shop.Writer(home.oltp, rng)
    writer.transaction()
    writer.close()
    for at, folders, files in os.walk(home.home):
        os.chmod(at, 0o555)
        for name in files:
            os.chmod(os.path.join(at, name), 0o444)
    try:
        for args in (["sync"], ["load", "orders=" + home.file(1000)]):
            code, said = attempt(home.home, *args, prefix=prefix)
            check_refusal("%s of a home that cannot be written" % args[0], code, said, (5, 8), ("writ", "permission"))
    finally:
        for at, folders, files in os.walk(home.home):
            os.chmod(at, 0o755)
            for name in files:
                os.chmod(os.path.join(at, name), 0o644)
    os.chmod(home.warehouse, 0o444)  # only the warehouse's file
    code, said = attempt(home.home, "sync", prefix=prefix)
    if prefix:
        check_refusal("sync into a warehouse that cannot be written", code, said, (5, 8), ("writ", "permission"))
    os.chmod(home.warehouse, 0o644)
    home.check_opens()
    home.run("sync")
    home.check_in_step()
    return 3


def test(rng, folder):
    return limited_files(rng, folder) + small_disk(rng, folder) + read_only(rng, folder)


if __name__ == "__main__":
    shop.main(test)
