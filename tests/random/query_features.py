"""What a random query has, for counting: classes of query that are too rare find nothing (VERBOSE=1 prints how often each came)."""
import query_time
from query_derive import IN_TIME
from query_expr import Unclear
from query_filter import TURNED
from query_group import axis_of, compare_span, measures_of
from query_model import evaluate
from query_source import facts_asked, find_source

LOOKS_BACK = IN_TIME + ("compare",)
TEXT_OPS = ("contains", "not_contains", "starts_with", "ends_with")


def tests_in(node):
    """All tests of a filter."""
    if isinstance(node, list):
        return [t for child in node for t in tests_in(child)]
    for key in ("and", "or", "not"):
        if key in node:
            return tests_in(node[key])
    return [node] if "member" in node else []


def of_text(test, there):
    """Of a text operator and its values, beside the texts that are there."""
    values = test["values"] if "values" in test else [test["value"]]
    yield "text operators: " + test["op"]
    if len(values) > 1:
        yield "text operators: several values"
    if any(v != v.lower() for v in values):
        yield "text operators: upper case"
    held = [v.lower() for v in values if v and any(v.lower() in t for t in there)]
    if any(v in t[1:-1] for v in held for t in there):
        yield "text operators: from the middle"


def of_filters(source, query):
    """Of `where`; a negative test counts as the one that it turns around."""
    for test in tests_in(query.get("where", [])):
        if "query" in test:
            yield "filters: a query"
        elif test["op"] in TEXT_OPS:
            yield from of_text(test, {row[test["member"]].lower() for row in source.rows if row[test["member"]]})
        else:
            yield "filters: " + TURNED.get(test["op"], test["op"])


def derivations(query):
    """(fn, n, unit, is_all)…, those of `compare` too."""
    out = [(e.fn, e.n, e.unit, e.is_all) for m in query.get("measures", []) if isinstance(m, dict) for e in m["expr"].walk() if e.kind == "derive"]
    if "compare" in query.get("time", {}):
        out.append(("compare", *compare_span(query["time"]["compare"]), False))
    return out


def of_time(source, query, as_of):
    time, derived = query["time"], derivations(query)
    grain, axis = time.get("grain", "none"), axis_of(source, query)
    there = [query_time.instant(row[axis]) for row in source.rows if row[axis] is not None]
    start = query_time.read_range(time["range"], as_of)[0] if "range" in time else None
    is_inside = start is not None and any(t < start for t in there) and any(t >= start for t in there)
    yield "time: grain " + grain
    if is_inside:
        yield "time: from the middle of the data"
    if grain == "week" and any(query_time.is_time(t) and t.isocalendar()[1] == 53 for t in there):
        yield "time: weeks, a 53rd among them"
    for fn, _, unit, is_all in derived:
        yield "derived: %s%s" % (fn, " all" * is_all)
        if fn in LOOKS_BACK and is_inside:
            yield "derived: %s%s, rows before the range" % (fn, " all" * is_all)
        if grain == "week" and unit == "year":
            yield "derived: weeks a year earlier"
            weeks = {t.isocalendar()[:2] for t in there}
            if any((year - 1, week) in weeks for year, week in weeks):
                yield "derived: weeks a year earlier, where there are rows"
    if any(d[0] == "cumulative" and not d[3] for d in derived) and any(d[0] in LOOKS_BACK and d[0] != "cumulative" for d in derived) and is_inside:
        yield "derived: cumulative beside what reads rows before the range"


def of_answer(schema, source, query):
    """Whether what is derived in time has a value anywhere: it tells nothing where all is null."""
    try:
        result = evaluate(schema, query)
    except Unclear:
        return
    n = len(result.columns) - len(measures_of(source, query))
    for i, measure in enumerate(measures_of(source, query)):
        there = [row for row in result.rows if row[n + i] is not None] if measure.expr.kind == "derive" else []
        if not there:
            continue
        yield "answers: a value of " + measure.expr.fn
        if measure.expr.fn in IN_TIME and query.get("time", {}).get("grain") == "week" and measure.expr.unit == "year":
            yield "answers: a value of weeks a year earlier"
        if measure.expr.fn in IN_TIME and any(None in row[:n] for row in there):
            yield "answers: a value in time of an unknown group"


def source_kind(schema, query):
    given = query.get("source")
    if isinstance(given, dict):
        return "a query"
    if given in schema.facts:
        return "a fact"
    return "several facts" if len(facts_asked(schema, query)) > 1 else "a dimension"


def features(schema, query):
    """Each once."""
    source, found = find_source(schema, query, evaluate), {"source: " + source_kind(schema, query)}
    found.update("keys: " + key for key in query)
    found.update(of_filters(source, query))
    if query.get("time"):
        found.update(of_time(source, query, schema.as_of()))
    else:
        found.update("derived: " + d[0] for d in derivations(query))
    found.update(of_answer(schema, source, query))
    return found
