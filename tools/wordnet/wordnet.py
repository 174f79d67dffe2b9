"""Reads WordNet 3.0's database files (wndb(5WN), senseidx(5WN)); Debian's package wordnet-base has them in /usr/share/wordnet."""
import collections
import os

FOLDER = "/usr/share/wordnet"
PARTS = ("noun", "verb", "adj", "adv")
PART_OF = {"n": 0, "v": 1, "a": 2, "s": 2, "r": 3}

# A synset: its part of speech (index of PARTS), lexicographer file, lemmas (lower case, blanks for underscores),
# pointers and gloss. A pointer's source and target are 0 for the whole synset, else the number of one of its lemmas.
Synset = collections.namedtuple("Synset", "part file lemmas pointers gloss")
Pointer = collections.namedtuple("Pointer", "symbol part offset source target")


def lines(folder, name):
    with open(os.path.join(folder, name), encoding="ascii") as file:
        return [line.rstrip("\n") for line in file if not line.startswith("  ")]


def lemma_of(text):
    for marker in ("(a)", "(p)", "(ip)"):
        text = text.removesuffix(marker)
    return text.lower().replace("_", " ")


def read_synset(line):
    fields, _, gloss = line.partition(" | ")
    fields = fields.split()
    part, n_words = PART_OF[fields[2]], int(fields[3], 16)
    lemmas = [lemma_of(fields[4 + 2 * i]) for i in range(n_words)]
    at = 4 + 2 * n_words
    pointers = []
    for i in range(int(fields[at])):
        symbol, offset, target_part, ends = fields[at + 1 + 4 * i : at + 5 + 4 * i]
        pointers.append(Pointer(symbol, PART_OF[target_part], int(offset), int(ends[:2], 16), int(ends[2:], 16)))
    return int(fields[0]), Synset(part, int(fields[1]), lemmas, pointers, gloss.strip())


def read_synsets(folder=FOLDER):
    """{(part, offset): Synset}, in the order of the files."""
    synsets = {}
    for part, name in enumerate(PARTS):
        for line in lines(folder, "data." + name):
            offset, synset = read_synset(line)
            synsets[part, offset] = synset
    return synsets


def read_senses(folder=FOLDER):
    """{(lemma, part): [offset, ...]}, the most frequent sense first."""
    senses = {}
    for part, name in enumerate(PARTS):
        for line in lines(folder, "index." + name):
            fields = line.split()
            n_senses = int(fields[2])
            senses[lemma_of(fields[0]), part] = [int(offset) for offset in fields[-n_senses:]]
    return senses


def read_counts(folder=FOLDER):
    """{(lemma, part, rank): how often this sense stands in WordNet's tagged texts}; rank 0 is the first sense."""
    part_of_type = {1: 0, 2: 1, 3: 2, 4: 3, 5: 2}
    counts = {}
    for line in lines(folder, "cntlist.rev"):
        key, sense, count = line.split()
        lemma, rest = key.split("%", 1)
        counts[lemma_of(lemma), part_of_type[int(rest[0])], int(sense) - 1] = int(count)
    return counts


def read_exceptions(folder=FOLDER):
    """[(form, part, lemma)]: irregular forms, the first lemma of each."""
    found = {}
    for part, name in enumerate(PARTS):
        for line in lines(folder, name + ".exc"):
            form, lemma = line.split()[:2]
            found.setdefault((lemma_of(form), part), lemma_of(lemma))
    return sorted((form, part, lemma) for (form, part), lemma in found.items())
