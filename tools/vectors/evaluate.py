#!/usr/bin/env python3
"""Measures static vectors as docs/vectors.md reports them. Nothing that is read here goes into the table.

usage: evaluate.py WHEEL [--spider spider_train.tar.xz] [--work FOLDER] [--jobs N]     (OPENBLAS_NUM_THREADS=1)

Sentences (with --spider): questions that share database and SQL are paraphrases; each one's nearest among all others should be one.
Words: word_pairs.tsv beside this file; areas under the curve, and finding a word's synonym among all words of the file.
"""
import argparse
import collections
import json
import os
import tarfile

import numpy as np
from scipy.stats import rankdata

import recipe
import wordnet
from model import Model, unit

HERE = os.path.dirname(os.path.abspath(__file__))


# --- Sentences ---------------------------------------------------------------------------------------------------------

def read_spider(path):
    """[(question, group)] of the training set; a group has one database and one SQL text."""
    with tarfile.open(path) as archive:
        name = next(n for n in archive.getnames() if n.endswith("questions.jsonl"))
        examples = [json.loads(line) for line in archive.extractfile(name)]
    seen, out = set(), []
    for example in examples:
        if example["question"] not in seen:
            seen.add(example["question"])
            out.append((example["question"], (example["db"], " ".join(example["sql"].lower().split()))))
    return out


def recall(scores_of, groups):
    """(R@1, R@5) in per cent, over the questions that have a paraphrase. scores_of(rows) is a block of the matrix."""
    members = collections.Counter(groups)
    ids = {group: i for i, group in enumerate(members)}
    group = np.array([ids[g] for g in groups])
    rows = np.flatnonzero([members[g] > 1 for g in groups])
    hits = np.zeros(2)
    for block in np.array_split(rows, max(1, len(rows) // 500)):
        scores = scores_of(block)
        scores[np.arange(len(block)), block] = -np.inf
        top = np.argpartition(-scores, 5, axis=1)[:, :5]
        top = np.take_along_axis(top, np.argsort(-np.take_along_axis(scores, top, 1), axis=1), 1)
        found = group[top] == group[block][:, None]
        hits += found[:, 0].sum(), found.any(axis=1).sum()
    return 100 * hits / len(rows)


def bm25(model, questions, k1=1.2, b=0.75):
    """Over word pieces: the lexical match to compare with."""
    from scipy.sparse import csr_matrix

    tokens = model.tokens(questions)
    counts = [collections.Counter(t) for t in tokens]
    rows = np.concatenate([[i] * len(c) for i, c in enumerate(counts)]).astype(int)
    columns = np.concatenate([list(c) for c in counts]).astype(int)
    tf = np.concatenate([list(c.values()) for c in counts]).astype(np.float64)
    n = len(questions)
    df = np.bincount(columns, minlength=len(model.vocabulary))
    idf = np.log1p((n - df + 0.5) / (df + 0.5))
    lengths = np.array([len(t) for t in tokens])
    value = idf[columns] * tf * (k1 + 1) / (tf + k1 * (1 - b + b * lengths[rows] / lengths.mean()))
    shape = (n, len(model.vocabulary))
    documents = csr_matrix((value, (rows, columns)), shape).T.tocsr()
    queries = csr_matrix((np.ones_like(value), (rows, columns)), shape)
    return lambda block: (queries[block] @ documents).toarray()


def spearman(a, b):
    return np.corrcoef(rankdata(a), rankdata(b))[0, 1]


def cosines(vectors, pairs):
    return (vectors[pairs[:, 0]] * vectors[pairs[:, 1]]).sum(axis=1)


def sentence_pairs(groups, seed=1):
    """(mixed pairs, half of them random; pairs within a database)."""
    rng = np.random.default_rng(seed)
    by_group, by_db = collections.defaultdict(list), collections.defaultdict(list)
    for i, group in enumerate(groups):
        by_group[group].append(i)
        by_db[group[0]].append(i)
    pick = lambda lists, n: np.array([rng.choice(lists[rng.integers(len(lists))], 2, replace=False) for _ in range(n)])
    same_db = [l for l in by_db.values() if len(l) > 1]
    mixed = [rng.integers(0, len(groups), (2000, 2)), pick([l for l in by_group.values() if len(l) > 1], 1500), pick(same_db, 500)]
    return np.concatenate(mixed), pick(same_db, 1500)


def sentences(model, args, tables):
    examples = read_spider(args.spider)
    questions, groups = [q for q, _ in examples], [g for _, g in examples]
    tokens = model.tokens(questions)
    full = unit(recipe.cached(f"{args.work}/spider.npy", lambda: recipe.embed(args.wheel, tokens, args.jobs)))
    mixed, same_db = sentence_pairs(groups)
    lexical = bm25(model, questions)
    with_paraphrase = sum(n for n in collections.Counter(groups).values() if n > 1)
    print(f"\n{len(questions)} questions, {with_paraphrase} with a paraphrase\n")
    print("| variant | R@1 | R@5 | Spearman, mixed | within a database |\n|---|---|---|---|---|")
    print("| BM25 over word pieces | %.1f | %.1f | | |" % tuple(recall(lexical, groups)))
    for name, vectors in [("full model, 384", full), *((n, unit(texts_by(t, tokens))) for n, t in tables.items())]:
        r = recall(lambda block: vectors[block] @ vectors.T, groups)
        print(f"| {name} | {r[0]:.1f} | {r[1]:.1f} | {spearman(cosines(vectors, mixed), cosines(full, mixed)):.3f} "
              f"| {spearman(cosines(vectors, same_db), cosines(full, same_db)):.3f} |", flush=True)
    r = recall(lambda block: lexical(block) + 40 * (vectors[block] @ vectors.T), groups)
    print("| BM25 + 40 cosine of the last | %.1f | %.1f | | |" % tuple(r))


def texts_by(table, tokens):
    return np.stack([table[t].sum(axis=0) if t else np.zeros(table.shape[1], np.float32) for t in tokens])


# --- Words -------------------------------------------------------------------------------------------------------------

def read_pairs():
    pairs = collections.defaultdict(list)
    with open(os.path.join(HERE, "word_pairs.tsv"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                kind, a, b = line.rstrip("\n").split("\t")
                pairs[kind].append((a, b))
    return pairs


class Graph:
    """What WordNet says of two words, as src/ask/ask_words_related.c does: (near, is antonym, is sibling)."""

    def __init__(self):
        self.synsets, self.senses = wordnet.read_synsets(), wordnet.read_senses()

    def senses_of(self, word):
        return [((part, offset), rank) for part in range(4)
                for rank, offset in enumerate(self.senses.get((word, part), []))]

    def targets(self, key, symbols):
        return {(p.part, p.offset) for p in self.synsets[key].pointers if p.symbol in symbols and not p.source}

    def word_links(self, key, word, symbols):
        synset = self.synsets[key]
        return {((p.part, p.offset), self.synsets[p.part, p.offset].lemmas[p.target - 1]) for p in synset.pointers
                if p.symbol in symbols and p.source and synset.lemmas[p.source - 1] == word}

    def near(self, a, b):
        near = sibling = 0.0
        is_antonym = False
        for ka, ra in self.senses_of(a):
            for kb, rb in self.senses_of(b):
                scale = 1 / (1 + 0.15 * min(ra + rb, 6))
                is_antonym |= (kb, b) in self.word_links(ka, a, "!")
                if ka == kb:
                    near = max(near, scale)
                elif (kb in self.targets(ka, "@&$") or ka in self.targets(kb, "@") or (kb, b) in self.word_links(ka, a, "+\\<")
                      or (ka, a) in self.word_links(kb, b, "\\<")):
                    near = max(near, 0.7 * scale)
                elif ra + rb <= 12 and self.targets(ka, "@") & self.targets(kb, "@"):
                    sibling = max(sibling, 0.35 * scale)
        return max(near, sibling), is_antonym, sibling > near


def auc(above, below):
    above, below = np.array(above)[:, None], np.array(below)[None, :]
    return (above > below).mean() + (above == below).mean() / 2


def word_scores(name, score, pairs):
    syn, unr, sib = ([score(a, b) for a, b in pairs[k]] for k in ("synonym", "unrelated", "sibling"))
    pool = sorted({w for a, b in pairs["synonym"] + pairs["unrelated"] for w in (a, b)})
    ranks = [sum(score(a, w) > score(a, b) for w in pool if w not in (a, b)) for a, b in pairs["synonym"]]
    accepted = [100 * np.mean(np.array(s) > 0.5) for s in (syn, unr, sib)]
    hit = [100 * np.mean(np.array(ranks) < k) for k in (1, 5)]
    print(f"| {name} | {auc(syn, unr):.3f} | {auc(syn, sib):.3f} | {auc(syn, unr + sib):.3f} | {hit[0]:.0f} / {hit[1]:.0f} "
          f"| {accepted[0]:.0f} / {accepted[1]:.0f} / {accepted[2]:.0f} |", flush=True)


def words(model, tables, full):
    pairs, graph, memo = read_pairs(), Graph(), {}
    near = lambda a, b: memo.setdefault((a, b), graph.near(a, b)) if (a, b) not in memo else memo[a, b]
    vocabulary = sorted({w for l in pairs.values() for p in l for w in p})
    at = {w: i for i, w in enumerate(vocabulary)}
    tokens = model.tokens(vocabulary)
    print("\n%d synonym, %d unrelated, %d sibling pairs\n" % tuple(len(pairs[k]) for k in ("synonym", "unrelated", "sibling")))
    print("| scorer | SYN/UNR | SYN/SIB | SYN/both | hit@1 / @5 | over .5: SYN / UNR / SIB |\n|---|---|---|---|---|---|")

    def scorer(vectors):
        return lambda a, b: float(vectors[at[a]] @ vectors[at[b]])

    word_scores("WordNet's near", lambda a, b: near(a, b)[0], pairs)
    for name, vectors in [("full model", unit(full(vocabulary))), *((n, unit(texts_by(t, tokens))) for n, t in tables.items())]:
        cosine = scorer(vectors)
        word_scores(name, cosine, pairs)
    word_scores("the last + .5 near", lambda a, b: cosine(a, b) + 0.5 * near(a, b)[0], pairs)
    word_scores("... - .5 antonym", lambda a, b: cosine(a, b) + 0.5 * near(a, b)[0] - 0.5 * near(a, b)[1], pairs)
    word_scores("... - .2 sibling", lambda a, b: cosine(a, b) + 0.5 * near(a, b)[0] - 0.5 * near(a, b)[1]
                - 0.2 * near(a, b)[2], pairs)


def variants(model, args):
    """{name: rows of every id of the vocabulary}; the last is the one that is shipped."""
    pieces, tokens, y = recipe.teacher(model, args.wheel, args.work, args.jobs)
    w = recipe.piece_weights(len(pieces))
    fitted = recipe.gloss_fit(pieces, recipe.bag(tokens, w), y) * w[:, None]
    quantised, scale = recipe.quantise(recipe.reduce_dims(fitted, 128))
    plain = np.log1p(np.arange(len(pieces))).astype(np.float32)
    return {
        "pieces, weight log(1+id), 384": pieces * plain[:, None],
        "pieces, 128": recipe.reduce_dims(pieces * w[:, None], 128),
        "gloss fit, 256": recipe.reduce_dims(fitted, 256),
        "gloss fit, 192": recipe.reduce_dims(fitted, 192),
        "gloss fit, 64": recipe.reduce_dims(fitted, 64),
        "gloss fit, 128": recipe.reduce_dims(fitted, 128),
        "gloss fit, 128, int8 (shipped)": quantised * scale[:, None],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel")
    parser.add_argument("--spider")
    parser.add_argument("--work", default="build/vectors")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    model = Model(args.wheel)
    tables = variants(model, args)
    words(model, tables, lambda texts: model.embed(model.tokens(texts)))
    if args.spider:
        sentences(model, args, tables)


if __name__ == "__main__":
    main()
