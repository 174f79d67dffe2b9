#!/usr/bin/env python3
"""Makes share/starling/vectors.bin. See README.md beside this file.

usage: build.py WHEEL OUT [--dims N] [--work FOLDER] [--jobs N]     (OPENBLAS_NUM_THREADS=1)
"""
import argparse
import struct

import numpy as np

import recipe
from model import Model

VERSION = 1


def table(texts, rows):
    """The file's bytes. Layout: src/ask/ask_vectors.c."""
    order = sorted(range(len(texts)), key=lambda i: (texts[i].startswith("##"), texts[i]))
    names = [texts[i].removeprefix("##").encode() if texts[i] != "##" else b"##" for i in order]
    n_words = sum(not (texts[i].startswith("##") and len(texts[i]) > 2) for i in order)
    starts = np.concatenate([[0], np.cumsum([len(n) for n in names])]).astype("<u4")
    quantised, scales = recipe.quantise(rows[order])
    text = b"".join(names)
    text += bytes(-len(text) % 4)
    header = struct.pack("<8s6I", b"STARVEC\0", VERSION, rows.shape[1], n_words, len(names) - n_words, len(text), 0)
    return header + starts.tobytes() + scales.astype("<f4").tobytes() + text + quantised.tobytes()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel")
    parser.add_argument("out")
    parser.add_argument("--dims", type=int, default=128)
    parser.add_argument("--work", default="build/vectors")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    model = Model(args.wheel)
    pieces, tokens, y = recipe.teacher(model, args.wheel, args.work, args.jobs)
    weights = recipe.piece_weights(len(pieces))
    rows = recipe.gloss_fit(pieces, recipe.bag(tokens, weights), y) * weights[:, None]
    ids = recipe.kept(model.vocabulary)
    data = table([model.vocabulary[i] for i in ids], recipe.reduce_dims(rows, args.dims)[ids])
    with open(args.out, "wb") as file:
        file.write(data)
    print(f"{args.out}: {len(ids)} rows of {args.dims}, {len(data)} bytes")


if __name__ == "__main__":
    main()
