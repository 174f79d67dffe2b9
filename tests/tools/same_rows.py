"""When a query's answer is right: the rule of shared/nlq/README.md for rows of a gold result and of an answer.

Every gold column must be some column of the answer (names ignored, further columns allowed), so that the rows agree as a multiset or,
where `ordered`, in sequence. A period must be one column of the answer; year and month in two columns are not put together.
"""
import datetime
import re

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
YES_NO = {"yes": 1, "true": 1, "no": 0, "false": 0}
FACTORS = (1, 100, 0.01)  # a ratio is also right in percent, the whole column then


def same_number(gold, got):
    """Whole numbers exactly, others to 4 significant figures (however near the figures are to where they are rounded)."""
    if isinstance(gold, int) and not isinstance(gold, bool):
        return gold == got
    return "%.4g" % gold == "%.4g" % got or abs(gold - got) <= 1e-6 * abs(gold)


def period(text):
    """'2014', '2014-q2', '2014-03', '2014-w09', '2014-03-07' -> (its first day, the kind of period); None for other texts."""
    found = re.fullmatch(r"(\d{4})(?:-(q[1-4]|w\d\d|\d\d)(?:-(\d\d))?)?", text)
    if not found:
        return None
    year, part, day = found.groups()
    try:
        if part and part[0] == "w":
            return None if day else (datetime.date.fromisocalendar(int(year), int(part[1:]), 1), "week")
        if part and part[0] == "q":
            return None if day else (datetime.date(int(year), 3 * int(part[1]) - 2, 1), "quarter")
        return datetime.date(int(year), int(part or 1), int(day or 1)), "day" if day else "month" if part else "year"
    except ValueError:
        return None


def instant(text):
    """A day with a time -> datetime in UTC; None for other texts."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)z?", text)
    try:
        return found and datetime.datetime.fromisoformat("%sT%s" % (found.group(1), pad(found.group(2))))
    except ValueError:
        return None


def pad(clock):
    """Python 3.9 takes fractions of three or six digits only."""
    return clock if "." not in clock else clock + "0" * (6 - len(clock.split(".")[1]))


def same_time(gold, got):
    """Instants; a day with an instant's day; a period with the same or its first day."""
    if instant(gold):
        return instant(gold) == instant(got)
    gold = period(gold)
    if gold and instant(got):
        return gold[0] == instant(got).date()
    got = period(got)
    return bool(gold and got) and gold[0] == got[0] and (gold[1] == got[1] or "day" in (gold[1], got[1]))


def same_text(gold, got):
    """Texts, and what is written as text: times, weekdays by name or (Monday is 1) number, parts of dates, yes and no."""
    gold = gold.strip().casefold()
    if isinstance(got, int):
        if gold in DAYS:
            return DAYS.index(gold) + 1 == got
        return bool(re.fullmatch(r"[0-9]{2}|[1-9][0-9]{3}", gold)) and int(gold) == got
    got = got.strip().casefold()
    return gold == got or same_time(gold, got)


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
