"""The calendar of the naive evaluator: periods, spans and ranges, by plain datetime arithmetic.

An instant is a datetime, a day a date, a number of an integer axis an int. Bounds are half-open; None is open."""
import calendar
import datetime

GRAINS = ("year", "quarter", "month", "week", "day", "hour")
MONTHS = {"year": 12, "quarter": 3, "month": 1}
HOURS = {"week": 168, "day": 24, "hour": 1}
NUMBER_PARTS = ("month_of_year", "quarter_of_year", "day_of_month", "hour_of_day", "weekday")


def is_time(value):
    return isinstance(value, datetime.date)  # a datetime is one too


def instant(value):
    """A day as its first moment."""
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        return value
    return datetime.datetime(value.year, value.month, value.day)


def like(value, example):
    """An instant as the type of the example."""
    return value if isinstance(example, datetime.datetime) else value.date()


def trunc(grain, value):
    t = instant(value)
    day = t.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain == "hour":
        start = t.replace(minute=0, second=0, microsecond=0)
    elif grain == "day":
        start = day
    elif grain == "week":
        start = day - datetime.timedelta(days=day.weekday())
    else:
        n = MONTHS[grain]
        start = day.replace(month=(day.month - 1) // n * n + 1, day=1)
    return like(start, value)


def add_months(value, n):
    """A day that the month does not have becomes its last."""
    month = value.year * 12 + value.month - 1 + n
    year, month = divmod(month, 12)
    return value.replace(year=year, month=month + 1, day=min(value.day, calendar.monthrange(year, month + 1)[1]))


def add(unit, value, n):
    if not is_time(value):
        return value + n
    if unit in MONTHS:
        return add_months(value, MONTHS[unit] * n)
    return like(instant(value) + datetime.timedelta(hours=HOURS[unit] * n), value)


def part(name, value):
    """order_date.month and the like: a period's start, or a number."""
    if value is None:
        return None
    if name in GRAINS:
        return trunc(name, value)
    t = instant(value)
    return {"month_of_year": t.month, "quarter_of_year": (t.month + 2) // 3, "day_of_month": t.day, "hour_of_day": t.hour,
            "weekday": t.isoweekday()}[name]


def earlier(grain, unit, n, period):
    """The period n units before one of the grain; None where there is none. Weeks so many years earlier are those of the same
    number."""
    if not is_time(period) or unit is None:
        return add(grain, period, -n)
    if grain == "week" and unit == "year":
        year, week, _ = instant(period).isocalendar()
        try:
            return like(instant(datetime.date.fromisocalendar(year - n, week, 1)), period)
        except ValueError:
            return None
    return add(unit, period, -n)


def moved(bounds, grain, unit, n):
    """A closed range, written in a grain, n units earlier. Whole months stay whole months; of days the first and the last are moved,
    each to the same day of that month or its last; weeks by years are those of the same numbers, None where there is none."""
    first, end = bounds
    if grain == "week" and unit == "year":
        weeks = [earlier("week", "year", n, at) for at in (first, add("week", end, -1))]
        return None if None in weeks else (weeks[0], add("week", weeks[1], 1))
    is_of_months = first == trunc("month", first) and end == trunc("month", end)
    if unit in MONTHS and not is_of_months and end == trunc("day", end):
        return add(unit, first, -n), add("day", add(unit, add("day", end, -1), -n), 1)
    return add(unit, first, -n), add(unit, end, -n)


def periods_in(grain, unit, n):
    """A span in periods of the grain; 0 where it is no whole number of them."""
    if unit is None or unit == grain:
        return n
    for table in (MONTHS, HOURS):
        if unit in table and grain in table:
            return 0 if n * table[unit] % table[grain] else n * table[unit] // table[grain]
    return 0


# --- as texts -----------------------------------------------------------------------------------------------------------------

def period_text(grain, value):
    t = instant(value)
    if grain == "year":
        return "%04d" % t.year
    if grain == "quarter":
        return "%04d-Q%d" % (t.year, (t.month + 2) // 3)
    if grain == "month":
        return "%04d-%02d" % (t.year, t.month)
    if grain == "week":
        return "%04d-W%02d" % t.isocalendar()[:2]
    return t.strftime("%Y-%m-%d" if grain == "day" else "%Y-%m-%dT%H")


def read_period(text):
    """"2014", "2014-Q1", …: its start, its end and its grain."""
    text = str(text)
    if "T" in text and len(text) == 13:
        grain, start = "hour", datetime.datetime.strptime(text, "%Y-%m-%dT%H")
    elif "Q" in text:
        grain, start = "quarter", datetime.datetime(int(text[:4]), int(text[-1]) * 3 - 2, 1)
    elif "W" in text:
        grain, start = "week", instant(datetime.date.fromisocalendar(int(text[:4]), int(text[6:]), 1))
    elif len(text) == 4:
        grain, start = "year", datetime.datetime(int(text), 1, 1)
    elif len(text) == 7:
        grain, start = "month", datetime.datetime.strptime(text, "%Y-%m")
    else:
        grain, start = "day", datetime.datetime.strptime(text, "%Y-%m-%d")
    return start, add(grain, start, 1), grain


def read_point(text):
    """A day or an instant: its first moment and the one after its last; an instant is a moment of its own."""
    if len(text) == 10:
        return read_period(text)[:2]
    text = text.rstrip("Z")
    t = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f" if "." in text else "%Y-%m-%dT%H:%M:%S")
    return t, t + datetime.timedelta(microseconds=1)


def read_words(text, as_of):
    """Periods around the as-of: last month, past 30 days, 2 weeks ago, year to date."""
    words = text.split(" ")
    words = {"today": ["this", "day"], "yesterday": ["last", "day"]}.get(text, words)
    today = trunc("day", as_of) if is_time(as_of) else as_of
    n = next((int(w) for w in words if w.isdigit()), 1)
    unit = words[0] if words[1:2] == ["to"] else words[1] if words[-1] == "ago" else words[-1]
    unit = unit.rstrip("s")
    here = trunc(unit, today) if is_time(as_of) else as_of
    tomorrow = add("day", today, 1)
    if words[1:2] == ["to"]:
        return here, tomorrow, "day"
    if words[0] == "past":
        return add(unit, tomorrow, -n), tomorrow, "day"
    first = {"this": 0, "next": 1, "last": -n}.get(words[0], -n)
    length = n if words[0] == "last" else 1
    return add(unit, here, first), add(unit, here, first + length), unit


def read_end(end, as_of):
    if end is None:
        return None, None, None
    if isinstance(end, str) and ("a" <= end[0] <= "z" or end.endswith(" ago")):
        return read_words(end, as_of)
    return (end, end + 1, None) if isinstance(end, int) else read_period(end)


def read_range(ends, as_of=None):
    """A period or [from, to] -> bounds and the grains of the ends. Words count from the as-of, an instant or a number."""
    first, last = ends if isinstance(ends, list) else (ends, ends)
    start, end = read_end(first, as_of), read_end(last, as_of)
    return start[0], end[1], start[2], end[2]


def lies_in(value, bounds):
    """Whether a value that is not null lies within half-open bounds."""
    value = instant(value)
    return (bounds[0] is None or value >= bounds[0]) and (bounds[1] is None or value < bounds[1])
