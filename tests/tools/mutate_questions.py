#!/usr/bin/env python3
"""The same data sets under other names: for finding out whether answers hang on these data, these packs, or on what is understood.

Usage: mutate_questions.py DATA PACKS GOLD OUT SET.jsonl…

DATA has superstore/ and perhaps online-retail/, as ../shared/data; PACKS retail/ and online-retail/; GOLD the databases that the gold
SQL runs on. Writes to OUT what a home is made of, and what its answers are measured by:
  packs/, data/    packs and files with members, columns and values renamed, times SHIFT_YEARS later
  gold/            the databases, with these values and times
  SET.jsonl        the sets, of these databases alone: questions and gold SQL say the new names, values and years

Values are renamed word by word, everywhere alike, so that what has a word in common has one afterwards. A value keeps its name where
some question's gold names it and the question says it in other words ("Aussie", a typing error): there is no saying how it would be said
of the new one. Shifted by 28 years a day has the weekday that it had.
"""
import csv
import difflib
import gzip
import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys

SHIFT_YEARS = 28
YEARS = "(20(?:09|1[0-7]))"
# Members and columns, in one form and more: of the pack, of the files and in questions. None of the new names is a word of the packs.
WORDS = {"customer": "patron", "customers": "patrons", "category": "family", "categories": "families", "subcategory": "subfamily",
         "subcategories": "subfamilies", "segment": "cohort", "segments": "cohorts", "region": "sector", "regions": "sectors",
         "market": "bloc", "markets": "blocs", "city": "parish", "cities": "parishes", "product": "gadget", "products": "gadgets",
         "country": "realm", "countries": "realms", "priority": "urgency", "priorities": "urgencies", "invoice": "docket",
         "invoices": "dockets"}
PLACES = ["city", "state", "country", "market", "region"]
# project: (folder of DATA, pack, files and tables of GOLD with the columns that hold values and those that hold times)
PROJECTS = {
    "superstore": ("superstore", "retail", {
        "orders.csv.gz": (["Ship Mode", "Customer Name", "Segment", "City", "State", "Country", "Market", "Region", "Category",
                           "Sub-Category", "Product Name", "Order Priority"], ["Order Date", "Ship Date"]),
        "returns.csv": (["Region"], []), "people.csv": (["Person", "Region"], [])}, {
        "order_lines": (["ship_mode", "customer_name", "segment", *PLACES, "category", "sub_category", "product_name",
                         "order_priority"], ["order_date", "ship_date"]),
        "people": (["person", "region"], [])}),
    "online_retail": ("online-retail", "online-retail", {
        "online_retail.csv.gz": (["Description", "Country"], ["InvoiceDate"])}, {
        "invoice_lines": (["description", "country"], ["invoice_date"])}),
}
LETTERS = re.compile(r"[^\W\d_]+")


def like(model, text):
    """`text` in the case of `model`."""
    if model.isupper() and len(model) > 1:
        return text.upper()
    return text[0].upper() + text[1:] if model[0].isupper() else text


# ---- words ------------------------------------------------------------------------------------------------------------

def invented(word):
    """A word that can be said and means nothing, always the same for one; an "s" at its end stays there. Short words stay."""
    if len(word) < 4:
        return word
    ending = "s" if word[-1] in "sS" and word[-2] not in "sS" and len(word) > 4 else ""
    digest = hashlib.sha256(word[:len(word) - len(ending)].casefold().encode()).digest()
    made = "".join("bdfgklmnprtvz"[digest[2 * i] % 13] + "aeiou"[digest[2 * i + 1] % 5] for i in range(4))
    return like(word, made + "bdgklmnrtx"[digest[8] % 10] + ending)


def renamed_word(word):
    """A word of questions: one of WORDS, or one that is written almost like it, which stays a typing error."""
    folded = word.casefold()
    if folded in WORDS:
        return like(word, WORDS[folded])
    near = difflib.get_close_matches(folded, [key for key in WORDS if len(key) > 6], 1, 0.86) if len(folded) > 6 else []
    if not near:
        return word
    new = WORDS[near[0]]
    return like(word, new[:2] + new[3] + new[2] + new[4:])


def renamed_text(text):
    """Names and words of a pack or of a file's head."""
    return LETTERS.sub(lambda found: like(found.group(), WORDS[found.group().casefold()])
                       if found.group().casefold() in WORDS else found.group(), text)


# ---- values -----------------------------------------------------------------------------------------------------------

def mention(value):
    """How a question says a value: its words, in any case, the last perhaps as a plural."""
    words = [re.escape(word) for word in re.split(r"[\s-]+", value.strip()) if word]
    last = words[-1][:-1] + "s?" if words and words[-1].endswith("s") and len(words[-1]) > 4 else words[-1] + "(?:s|es)?"
    return re.compile(r"(?<!\w)%s(?!\w)" % r"[\s-]+".join(words[:-1] + [last]), re.I)


def literals(item):
    """Texts in quotes in an item's gold."""
    sql = item.get("sql") or []
    return [text.replace("''", "'") for one in ([sql] if isinstance(sql, str) else sql) for text in re.findall(r"'((?:[^']|'')*)'", one)]


def kept_values(items, values):
    """Those that a conversation's questions do not say as they are, and those that gold looks for by a part."""
    said, kept = {}, set()
    patterns = [text.strip("%").casefold() for item in items for text in literals(item) if "%" in text and len(text.strip("%")) > 2]
    for item in items:
        said[item["id"]] = said.get(item.get("follows"), "") + "\n" + item["question"]
        kept |= {text for text in literals(item) if text in values and not mention(text).search(said[item["id"]])}
    return kept | {value for value in values if any(pattern in value.casefold() for pattern in patterns)}


class Names:
    """New names of values."""

    def __init__(self, items, values):
        kept = kept_values(items, values)
        self.new = {value: value if value in kept else LETTERS.sub(lambda found: invented(found.group()), value) for value in values}
        assert len(set(self.new.values())) == len(self.new), "two values got one name"
        self.n_kept = len(kept)

    def value(self, value):
        return self.new.get(value, value)

    def question(self, item, before):
        """Values first, so that their words are not taken for names of members."""
        texts = [text for text in literals(item) + before if text in self.new]
        held = []

        def hold(found, value):
            new = self.new[value]
            is_plural, is_said_plural = value[-1] in "sS", found[-1] in "sS"
            if is_plural != is_said_plural:  # "a copier" of the value Copiers
                new = new[:-1] if is_plural else new + "s"
            held.append(new.lower() if found.islower() else new.upper() if found.isupper() and len(found) > 3 else new)
            return "\0%d\0" % (len(held) - 1)

        text = item["question"]
        for value in sorted(set(texts), key=len, reverse=True):
            text = mention(value).sub(lambda found, value=value: hold(found.group(), value), text)
        if item["expect"] == "refuse":  # no gold tells what it names
            for value in sorted((v for v in self.new if len(v) > 3 and v in text), key=len, reverse=True):
                text = re.sub(r"(?<!\w)%s(?!\w)" % re.escape(value), lambda found, value=value: hold(value, value), text)
        text = LETTERS.sub(lambda found: renamed_word(found.group()), text)
        text = re.sub(r"(?<![\w-])%s(?!\d)" % YEARS, lambda found: later(found.group()), text)
        text = re.sub(r"(?<!\w)['\u2019](0[9]|1[0-7])(?!\w)", lambda found: later("20" + found.group(1)), text)
        return re.sub("\0(\\d+)\0", lambda found: held[int(found.group(1))], text)

    def sql(self, sql):
        def literal(found):
            text = found.group(1).replace("''", "'")
            return "'%s'" % self.new[text].replace("'", "''") if text in self.new else found.group()

        sql = re.sub(r"'((?:[^']|'')*)'", literal, sql)
        return re.sub(r"(?<![\w-])%s(?!\d)" % YEARS, lambda found: later(found.group()), sql)


# ---- times ------------------------------------------------------------------------------------------------------------

def later(year):
    return str(int(year) + SHIFT_YEARS)


def shifted(time):
    """"31-07-2012", "2010-12-01 08:26:00"."""
    return re.sub(r"(?<!\d)\d{4}(?!\d)", lambda found: later(found.group()), time, count=1)


# ---- files ------------------------------------------------------------------------------------------------------------

def opened(path, mode):
    return gzip.open(path, mode + "t", encoding="utf-8", newline="") if path.endswith(".gz") else open(path, mode, encoding="utf-8", newline="")


def made(*parts):
    path = os.path.join(*parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def csv_rows(path):
    with opened(path, "r") as f:
        yield from csv.reader(f)


def values_of(folder, files):
    """All values of a project's files."""
    found = set()
    for name, (columns, _) in files.items():
        rows = csv_rows(os.path.join(folder, name))
        at = [i for i, title in enumerate(next(rows)) if title in columns]
        for row in rows:
            found.update(row[i] for i in at)
    return found - {""}


def write_files(folder, out, out_folder, files, names):
    for name, (columns, times) in files.items():
        rows = csv_rows(os.path.join(folder, name))
        head = next(rows)
        with opened(made(out, "data", out_folder, name), "w") as f:
            writer = csv.writer(f)
            writer.writerow([renamed_head(title) for title in head])
            for row in rows:
                writer.writerow([names.value(cell) if title in columns else shifted(cell) if title in times else cell
                                 for title, cell in zip(head, row)])


def write_gold(gold, out, project, tables, names):
    path = made(out, "gold", project + ".sqlite")
    shutil.copy(os.path.join(gold, project + ".sqlite"), path)
    db = sqlite3.connect(path)
    db.create_function("renamed", 1, names.value)
    db.create_function("shifted", 1, lambda time: time and shifted(time))
    for table, (columns, times) in tables.items():
        sets = ["%s = renamed(%s)" % (column, column) for column in columns] + ["%s = shifted(%s)" % (time, time) for time in times]
        db.execute("update %s set %s" % (table, ", ".join(sets)))
    db.commit()
    db.close()


def renamed_head(title):
    """"Customer Name", "InvoiceNo"."""
    return re.sub(r"[A-Z]?[a-z]+", lambda found: renamed_text(found.group()), title)


def write_pack(packs, out, pack):
    """Without what makes or brings data of its own."""
    with open(os.path.join(packs, pack, "pack.yaml"), encoding="utf-8") as f:
        text = f.read()
    text = re.sub(r"(?ms)^generator:\n.*?(?=^\S)", "", text)
    text = re.sub(r"(?m)^ *sample: .*\n", "", text)
    clash = [new for new in set(WORDS.values()) if re.search(r"(?<![a-z])%s(?![a-z])" % new, text.casefold())]
    assert not clash, "%s has %s already" % (pack, clash)
    with open(made(out, "packs", pack, "pack.yaml"), "w", encoding="utf-8") as f:
        f.write(re.sub(YEARS, lambda found: later(found.group()), renamed_text(text)))


def write_set(path, out, names):
    """`names` by project; questions of other projects are left out."""
    with open(path, encoding="utf-8") as f:
        items = [json.loads(line) for line in f if line.strip()]
    literals_of = {}
    with open(made(out, os.path.basename(path)), "w", encoding="utf-8") as f:
        for item in items:
            if item["db"] not in names:
                continue
            before = literals_of.get(item.get("follows"), [])
            literals_of[item["id"]] = before + literals(item)
            new = dict(item, question=names[item["db"]].question(item, before))
            sql = item.get("sql")
            if sql:
                new["sql"] = names[item["db"]].sql(sql) if isinstance(sql, str) else [names[item["db"]].sql(one) for one in sql]
            f.write(json.dumps(new, ensure_ascii=False) + "\n")


def main(data, packs, gold, out, *sets):
    items = []
    for path in sets:
        with open(path, encoding="utf-8") as f:
            items += [json.loads(line) for line in f if line.strip()]
    names = {}
    for project, (folder, pack, files, tables) in PROJECTS.items():
        if not os.path.isdir(os.path.join(data, folder)):
            continue
        values = values_of(os.path.join(data, folder), files)
        names[project] = Names([item for item in items if item["db"] == project], values)
        write_files(os.path.join(data, folder), out, folder, files, names[project])
        write_gold(gold, out, project, tables, names[project])
        write_pack(packs, out, pack)
        print("%s: %d values renamed, %d kept" % (project, len(values) - names[project].n_kept, names[project].n_kept))
    for path in sets:
        write_set(path, out, names)


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
