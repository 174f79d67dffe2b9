"""When a query's answer is right: the rule of shared/nlq/README.md for rows of a gold result and of an answer.

Every gold column must be some column of the answer (names ignored, further columns allowed), so that the rows agree as a multiset or,
where `ordered`, in sequence. A period must be one column of the answer; year and month in two columns are not put together.
"""
import re

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
YES_NO = {"yes": 1, "true": 1, "no": 0, "false": 0}
FIRST_MONTHS = {"Q1": "01", "Q2": "04", "Q3": "07", "Q4": "10"}
FACTORS = (1, 100, 0.01)  # a ratio is also right in percent, the whole column then


def same_number(gold, got):
    """Whole numbers exactly, others to 4 significant figures (however near the figures are to where they are rounded)."""
    if isinstance(gold, int) and not isinstance(gold, bool):
        return gold == got
    return "%.4g" % gold == "%.4g" % got or abs(gold - got) <= 1e-6 * abs(gold)


def first_day(period):
    """'2014', '2014-Q2', '2014-03' -> the day that it begins with, as results may show it; None for other texts."""
    found = re.fullmatch(r"(\d{4})(?:-(Q[1-4]|\d\d))?", period)
    if not found:
        return None
    part = found.group(2) or "01"
    return "%s-%s-01" % (found.group(1), FIRST_MONTHS.get(part, part))


def same_text(gold, got):
    """Texts, and what is written as text: periods, days, weekdays by name or (Monday is 1) number, yes and no."""
    gold = gold.strip().casefold()
    if isinstance(got, int):
        return gold in DAYS and DAYS.index(gold) + 1 == got
    got = got.strip().casefold()
    if gold == got:
        return True
    day = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[t ][\d:.]+z?)?", got)
    return bool(day) and day.group(1) in (gold, first_day(gold.upper()))


def same_cell(gold, got, factor=1):
    if gold is None or got is None:
        return gold is got
    if isinstance(gold, str):
        return isinstance(got, (str, int)) and same_text(gold, got)
    if isinstance(got, str):
        if gold in (0, 1):
            return YES_NO.get(got.strip().casefold()) == gold
        return isinstance(gold, int) and same_text("%04d" % gold, got)  # a year
    return same_number(gold, got * factor) if isinstance(gold, float) and factor != 1 else same_number(gold, got)


def same_rows(gold, got, columns, ordered):
    """columns: for each gold column (number in the answer, factor). Both have as many rows."""
    def same_row(a, b):
        return all(same_cell(cell, b[at], factor) for cell, (at, factor) in zip(a, columns))

    if ordered:
        return all(same_row(a, b) for a, b in zip(gold, got))
    left = list(got)
    for row in gold:
        match = next((i for i, other in enumerate(left) if same_row(row, other)), None)
        if match is None:
            return False
        del left[match]
    return True


def is_right(gold, got, ordered):
    """gold, got: lists of rows, without names."""
    if len(gold) != len(got):
        return False
    if not gold:
        return True
    candidates = []
    for i in range(len(gold[0])):
        column = [[row[i]] for row in gold]
        candidates.append([(at, factor) for at in range(len(got[0])) for factor in FACTORS
                           if same_rows(column, got, [(at, factor)], ordered)])

    def assign(chosen):
        if len(chosen) == len(candidates):
            return same_rows(gold, got, chosen, ordered)
        return any(assign(chosen + [pick]) for pick in candidates[len(chosen)] if pick[0] not in [at for at, _ in chosen])

    return assign([])
