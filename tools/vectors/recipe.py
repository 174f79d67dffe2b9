"""The recipe of docs/vectors.md, step by step: teacher vectors -> weighted static rows -> fewer dimensions -> bytes."""
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../wordnet"))
import wordnet
from model import Model

FIRST_WORD = 1996 # the vocabulary's "the"; below it are punctuation, digits, letters
N_GLOSSES = 80_000


def gloss_texts(vocabulary, limit=N_GLOSSES):
    """WordNet's definitions as "lemma: definition", and its examples: first those of words that the vocabulary has whole."""
    known, first, rest = set(vocabulary), [], []
    for synset in wordnet.read_synsets().values():
        lemma = next((l for l in synset.lemmas if l in known), None)
        definition, *examples = synset.gloss.split('; "')
        texts = [f"{lemma or synset.lemmas[0]}: {definition}", *(e.rstrip('" ') for e in examples)]
        (first if lemma else rest).extend(texts)
    missing = max(0, limit - len(first))
    step = max(1, len(rest) // max(1, missing))
    return (first + rest[::step])[:limit]


def embed_part(arguments):
    wheel, sequences = arguments
    return Model(wheel).embed(sequences)


def embed(wheel, sequences, jobs, chunk=2000):
    """Many processes of one thread each: faster than many threads, and chunks keep any of them from waiting long."""
    chunks = [sequences[i:i + chunk] for i in range(0, len(sequences), chunk)]
    out, start = [], time.time()
    with ProcessPoolExecutor(jobs) as pool:
        for rows in pool.map(embed_part, [(wheel, c) for c in chunks]):
            out.append(rows)
            print(f"\r  {len(out)}/{len(chunks)} parts, {time.time() - start:.0f} s", end="", file=sys.stderr)
    print(file=sys.stderr)
    return np.concatenate(out)


def cached(path, make):
    if not os.path.exists(path):
        np.save(path + ".tmp.npy", make())
        os.replace(path + ".tmp.npy", path)
    return np.load(path)


def teacher(model, wheel, work, jobs):
    """(T0, glosses' tokens, glosses' vectors): each word piece alone, centred; the glosses as the full model sees them, centred."""
    os.makedirs(work, exist_ok=True)
    pieces = cached(f"{work}/pieces.npy", lambda: embed(wheel, [[i] for i in range(len(model.vocabulary))], jobs))
    tokens = model.tokens(gloss_texts(model.vocabulary))
    glosses = cached(f"{work}/glosses.npy", lambda: embed(wheel, tokens, jobs))
    return pieces - pieces.mean(axis=0), tokens, glosses - glosses.mean(axis=0)


def piece_weights(n):
    """log(1 + rank / 10): the vocabulary is in order of frequency, so the rank stands for how much a word tells (Zipf)."""
    weights = np.log1p(np.maximum(np.arange(n) - (FIRST_WORD - 1), 0) / 10)
    weights[:FIRST_WORD] = np.median(weights[FIRST_WORD:3000])
    return weights.astype(np.float32)


def bag(tokens, weights):
    """The sparse matrix A: a row a text, its pieces' weights, summing to one."""
    from scipy.sparse import csr_matrix

    tokens = [t or [100] for t in tokens]
    starts = np.concatenate([[0], np.cumsum([len(t) for t in tokens])])
    columns = np.concatenate([np.array(t) for t in tokens])
    values = weights[columns]
    sums = np.add.reduceat(values, starts[:-1])
    values = values / np.repeat(np.maximum(sums, 1e-6), np.diff(starts))
    return csr_matrix((values, columns, starts), shape=(len(tokens), len(weights)))


def gloss_fit(pieces, a, y, penalty=1.0, steps=25):
    """a T0 + D that minimises |A (a T0 + D) - Y|^2 + penalty |D|^2, by conjugate gradients on all columns at once."""
    seen = a @ pieces
    scale = float((seen * y).sum() / (seen * seen).sum())
    d = np.zeros_like(pieces)
    r = a.T @ (y - scale * seen)
    p, rr = r.copy(), (r * r).sum(axis=0)
    for _ in range(steps):
        q = a.T @ (a @ p) + penalty * p
        alpha = rr / np.maximum((p * q).sum(axis=0), 1e-20)
        d += alpha * p
        r -= alpha * q
        rr_next = (r * r).sum(axis=0)
        p = r + (rr_next / np.maximum(rr, 1e-20)) * p
        rr = rr_next
    return (scale * pieces + d).astype(np.float32)


def reduce_dims(rows, dims):
    """Projected on the rows' strongest directions, uncentred; each direction's sign fixed, so that a rebuild differs little."""
    centred = (rows - rows.mean(axis=0)).astype(np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    basis = vectors[:, ::-1][:, :dims]
    basis *= np.sign(basis[np.abs(basis).argmax(axis=0), np.arange(dims)])
    return rows @ basis.astype(np.float32)


def quantise(rows):
    """(int8 rows, a scale a row): row = bytes * scale."""
    scale = np.abs(rows).max(axis=1) / 127
    scale[scale == 0] = 1
    return np.rint(rows / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def kept(vocabulary):
    """The ids that are shipped: ASCII, no [unused] and no [CLS] and the like."""
    return [i for i, text in enumerate(vocabulary) if text.isascii() and not (len(text) > 2 and text[0] == "[" and text[-1] == "]")]
