#!/usr/bin/env python3
"""Compiles WordNet to share/starling/words.bin: words, their synsets, and what links them. The build runs this.

usage: compile.py WORDNET-FOLDER OUT

The file is the same, byte for byte, wherever it is made. Its layout is told in src/ask/ask_words.c, which reads it.

Left out, since nobody asks for them by a relation: synsets of one person, place or thing (instances), names of taxa, lemmas of more
than three words, and collocations that WordNet never met in text and knows only a broader word for ("bedside table").
"""
import collections
import os
import struct
import sys

import wordnet

VERSION = 1
TOKENS_MAX, BYTES_MAX, RANK_MAX = 3, 255, 255
HYPERNYM, HYPONYM, SIMILAR, DERIVED, ANTONYM = 1, 2, 3, 4, 5
LEXICAL = {"+": DERIVED, "\\": DERIVED, "<": DERIVED, "!": ANTONYM}
ANIMALS, PLANTS = 5, 20 # lexicographer files
# Beside WordNet's irregular forms: what its endings would take for plurals of nouns first (doe, go).
FORMS = [("does", 1, "do"), ("goes", 1, "go")]


def below(synsets, root):
    """The keys of a synset and all that it is the hypernym of."""
    children = collections.defaultdict(list)
    for key, synset in synsets.items():
        for pointer in synset.pointers:
            if pointer.symbol in ("@", "@i"):
                children[pointer.part, pointer.offset].append(key)
    found, todo = set(), [root]
    while todo:
        key = todo.pop()
        if key not in found:
            found.add(key)
            todo += children[key]
    return found


def tagged(senses, counts):
    """{synset's key: how often WordNet's tagged texts use it}, of those that they use."""
    used = collections.Counter()
    for (lemma, part, rank), count in counts.items():
        if rank < len(senses.get((lemma, part), ())):
            used[part, senses[lemma, part][rank]] += count
    return used


def is_wanted(synset, is_tagged):
    if any(pointer.symbol == "@i" for pointer in synset.pointers):
        return False
    if is_tagged or not all(" " in lemma for lemma in synset.lemmas):
        return True
    if synset.part == 0 and synset.file in (ANIMALS, PLANTS):
        return False
    return len(synset.lemmas) > 1 or any(pointer.symbol in "+!&$\\" for pointer in synset.pointers)


def prune(synsets, used):
    """{key: lemmas} of what stays."""
    taxa = below(synsets, next(key for key, synset in synsets.items() if "taxonomic group" in synset.lemmas))
    kept = {}
    for key, synset in synsets.items():
        lemmas = [l for l in dict.fromkeys(synset.lemmas) if l.count(" ") < TOKENS_MAX and len(l) <= BYTES_MAX]
        if lemmas and key not in taxa and is_wanted(synset, key in used):
            kept[key] = lemmas
    return kept


def hypernyms(synsets, kept, key):
    """The nearest kept ones: one that is left out stands for those above it."""
    found, todo = [], [key]
    while todo:
        for pointer in synsets[todo.pop()].pointers:
            if pointer.symbol == "@":
                above = (pointer.part, pointer.offset)
                (found if above in kept else todo).append(above)
    return list(dict.fromkeys(found))


def synset_links(synsets, kept, number, used):
    """For each synset (kind, synset), by kind, the most used first."""
    links = [[] for _ in kept]
    for key in kept:
        for above in hypernyms(synsets, kept, key):
            links[number[key]].append((HYPERNYM, number[above]))
            links[number[above]].append((HYPONYM, number[key]))
        for pointer in synsets[key].pointers:
            target = (pointer.part, pointer.offset)
            if pointer.symbol in ("&", "$") and target in kept:
                links[number[key]].append((SIMILAR, number[target]))
    order = {number[key]: (-used[key], number[key]) for key in kept}
    return [sorted(set(of), key=lambda link: (link[0], order[link[1]])) for of in links]


def word_links(synsets, kept, words, ranks):
    """For each word (kind, target word, own part, own rank, target's part, target's rank); derivations in both directions."""
    links = [set() for _ in words]
    for key in kept:
        for pointer in synsets[key].pointers:
            target_key = (pointer.part, pointer.offset)
            kind = LEXICAL.get(pointer.symbol)
            if not kind or not pointer.source or target_key not in kept:
                continue
            ends = [(synsets[k].lemmas[i - 1], k) for k, i in ((key, pointer.source), (target_key, pointer.target))]
            if any(lemma not in words for lemma, _ in ends):
                continue
            (a, a_end), (b, b_end) = ((words[lemma], (k[0], ranks[lemma, k])) for lemma, k in ends)
            links[a].add((kind, b, *a_end, *b_end))
            links[b].add((kind, a, *b_end, *a_end))
    return [sorted(of, key=lambda l: (l[0], l[3] + l[5], l[1:])) for of in links]


def array(values):
    values = list(values)
    return struct.pack(f"<{len(values)}I", *values)


def starts(lists):
    at = [0]
    for of in lists:
        at.append(at[-1] + len(of))
    return array(at)


def flat(lists):
    return [value for of in lists for value in of]


def compile_tables(synsets, senses, counts, exceptions):
    used = tagged(senses, counts)
    kept = prune(synsets, used)
    number = {key: i for i, key in enumerate(sorted(kept))}
    words = {word: i for i, word in enumerate(sorted(set(flat(kept.values()))))}
    ranks = {(lemma, (part, offset)): min(rank, RANK_MAX)
             for (lemma, part), offsets in senses.items() for rank, offset in enumerate(offsets)}
    of_word = [[] for _ in words]
    of_synset = [[] for _ in kept]
    for key, i in number.items():
        for lemma in kept[key]:
            of_word[words[lemma]].append(i | ranks[lemma, key] << 24)
            of_synset[i].append(words[lemma])
    of_word = [sorted(of, key=lambda s: (s >> 24, s & 0xFFFFFF)) for of in of_word]
    links = synset_links(synsets, kept, number, used)
    lexical = word_links(synsets, kept, words, ranks)

    text = b"".join(word.encode() for word in words)
    text_starts = starts([word.encode() for word in words])
    irregular = []
    for form, part, lemma in exceptions:
        if lemma in words and form != lemma:
            irregular.append(struct.pack("<2I4B", len(text), len(text) + len(form), len(form), len(lemma), part, 0))
            text += (form + lemma).encode()
    text += bytes(-len(text) % 4)
    parts = [sum(key[0] < part for key in kept) for part in range(1, 4)]
    n_lexical = sum(map(len, lexical))
    header = struct.pack("<8s11I", b"STARWORD", VERSION, len(words), len(kept), sum(map(len, of_word)), sum(map(len, links)),
                         n_lexical, len(irregular), len(text), *parts)
    return b"".join((
        header, text_starts,
        starts(of_word), array(flat(of_word)),
        starts(of_synset), array(flat(of_synset)),
        starts(links), array(target | kind << 24 for kind, target in flat(links)),
        starts(lexical), b"".join(struct.pack("<I4B", target | kind << 24, part, rank, target_part, target_rank)
                                  for kind, target, part, rank, target_part, target_rank in flat(lexical)),
        *irregular, text))


def main(folder, out):
    data = compile_tables(wordnet.read_synsets(folder), wordnet.read_senses(folder), wordnet.read_counts(folder),
                          sorted(wordnet.read_exceptions(folder) + FORMS))
    with open(out + ".tmp", "wb") as file:
        file.write(data)
    os.replace(out + ".tmp", out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
