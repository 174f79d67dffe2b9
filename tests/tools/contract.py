#!/usr/bin/env python3
"""Holds a running server to its own contract: contract.py URL PROJECT [SEED]

Every operation of /api/v1/openapi.json is asked by each of its methods, well and in many wrong ways. What comes must be one of the
answers that the contract names, of the shape it says (with nothing more in it), and a wrong request must be a problem of the 400s, never
a fault of the server. The contract holds to itself (a default fits its type), and says no more than is so: each member of each shape was seen
in some answer, and no text was always a number or a truth value. Standard library only.
"""
import json
import random
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

QUERY = {"measures": ["revenue"], "dimensions": ["invoice_line.country"]}
# What makes a call succeed, by operation; {} for those that need nothing.
GOOD = {
    "query": [{"query": {"rows": ["invoice_line.country"], "order": ["invoice_line.country"], "limit": 1}},
              {"query": {"measures": ["revenue"], "dimensions": ["customer.id"]}}, {"query": QUERY},
              {"query": {"measures": ["lines_per_order"], "dimensions": [{"expr": "bucket(invoice_line.unit_price, 1)", "as": "price"}]}}, {"query": dict(QUERY, totals=["all"], limit=1), "sql": True}, {"query": json.dumps(QUERY)}],
    "explain": [{"query": QUERY}],
    "ask": [{"question": "revenue by country"}, {"question": "by month", "before": ["revenue by country"], "explain": True},
            {"question": "what is love"}, {"question": "top 2 products"}],
    "feedback": [{"question": "revenue", "verdict": "down", "before": ["units"], "comment": "not that"}],
    "rebuild": [{"layer": "gold"}],
    "run/show": [{"number": 1}, {"number": 3}],
    "model/check": [{}, {"pack": "online-retail"}],
    "questions": [{}, {"limit": 3}],
}
# What the home of this test has not: things that are broken, or members that its pack does not use.
UNSEEN = {
    "Failure.code", "Failure.at", "Failure.message", "Failure.line", "Failure.column", "QueryAnswer.error", "AskAnswer.error",
    "Finding.severity", "Finding.file", "Finding.line", "Finding.column", "Finding.message", "Problem.findings",
    "POST /api/v1/model/apply.findings", "POST /api/v1/model/apply.errors", "POST /api/v1/model/apply.warnings",
    "POST /api/v1/model/apply.measures_added", "POST /api/v1/model/apply.measures_removed",
    "POST /api/v1/model/apply.measures_changed", "POST /api/v1/model/apply.is_warehouse_same",
    "Health.projects[].problem", "Job.error", "Run.error", "DataEvent.problem",
    "Ui.logo", "Home.compare", "Home.trend", "Home.tops[].limit", "Member.time_unit", "Question.verified_by", "Question.verified_on",
    "Member.is_hidden", "Member.levels", "Member.members", "Member.visible_to",
    "POST /api/v1/source/detach.path", "POST /api/v1/source/detach.removed",
} | {f"{method} /api/v1/{at}" for method in ("GET", "POST") for at in
     ("quarantine.rows", "run/show.error", "status.projects[].problem")}
DIGITS = {"Column.bucket"}  # texts all the same: a width is exact, whatever its type
SKIPPED = {"generate", "source/detach"}  # the project has nothing to generate, and no attached source: refused, as a job or a problem
WRONG = [None, True, 7, 1.5, "", "x", [], {}, ["x", 7], {"x": 1}, "\u0000", "x" * 5000, [[["x"]]], -1, 1e300]
random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
url, project = sys.argv[1], sys.argv[2]
checked = 0


def ask(method, path, body=None, raw=None):
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def once(pairs):
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), "a name twice: %s" % names
    return dict(pairs)


contract = json.loads(ask("GET", "/api/v1/openapi.json")[2], object_pairs_hook=once)
ids = [call["operationId"] for calls in contract["paths"].values() for call in calls.values()]
assert len(set(ids)) == len(ids), "an operationId twice: %s" % sorted(ids)
shapes = contract["components"]["schemas"]


seen = {}  # member of a shape, "Column.name" -> some of its values


def fits(value, schema, at, shape=""):
    """The first thing that does not fit, or None. shape: where the schema stands in the contract."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return fits(value, shapes[name], at, name)
    if "anyOf" in schema:
        wrong = [fits(value, one, at, shape) for one in schema["anyOf"]]
        return None if None in wrong else wrong[0]
    kind = schema.get("type")
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
             "null": type(None)}
    if kind and (not isinstance(value, kinds[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return f"{at} is {value!r}, not {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{at} is {value!r}, not of {schema['enum']}"
    if schema.get("format") == "date-time" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
        return f"{at} is {value!r}, no time"
    if kind == "array":
        return next((w for i, v in enumerate(value) if (w := fits(v, schema["items"], f"{at}[{i}]", shape + "[]"))), None)
    if kind != "object" or not isinstance(value, dict):
        return None
    for name in schema.get("required", []):
        if name not in value:
            return f"{at} has no {name}"
    more, known = schema.get("additionalProperties"), schema.get("properties")
    for name, inner in value.items():
        if known and name in known:
            wrong = fits(inner, known[name], f"{at}.{name}", f"{shape}.{name}")
            if not wrong and len(seen.setdefault(f"{shape}.{name}", [])) < 100:
                seen[f"{shape}.{name}"].append(inner)
        elif isinstance(more, dict):
            wrong = fits(inner, more, f"{at}.{name}", shape + ".*")
        else:
            wrong = f"{at} has {name}, which the contract does not know" if known else None
        if wrong:
            return wrong
    return None


def check(operation, method, path, body, answer, wants_good):
    global checked
    status, headers, text = answer
    kind = headers.get("Content-Type", "").split(";")[0]
    told = operation["responses"].get(str(status), operation["responses"]["default"])["content"]
    what = f"{method} {path} {json.dumps(body)[:300]}: {status} {kind} {text[:600]!r}"
    assert headers.get("X-Request-Id"), f"no request id: {what}"
    assert kind in told, f"an answer that the contract does not name: {what}"
    assert status < 500, f"a fault of the server: {what}"
    assert status < 300 or not wants_good, f"refused: {what}"
    if kind.endswith("json"):
        wrong = fits(json.loads(text), told[kind]["schema"], "answer", method + " " + path)
        assert not wrong, f"{wrong}: {what}"
    checked += 1


def continue_job(operation, path, name):
    """Until the last job is over; its document is what the operation says."""
    if name in SKIPPED:
        return
    job = json.loads(ask("GET", "/api/v1/jobs")[2])["jobs"][0]["id"]
    states = contract["paths"]["/api/v1/jobs/{id}"]["get"]
    while True:
        answer = ask("GET", f"/api/v1/jobs/{job}")
        check(states, "GET", f"/api/v1/jobs/{job}", None, answer, True)
        document = json.loads(answer[2])
        if "ended_at" in document:
            break
        time.sleep(0.02)
    assert document["operation"].replace(" ", "/") == name, document
    wrong = fits(document["result"], operation["x-result"], "result")
    assert not wrong, f"{wrong}: the result of {path}: {document}"


def get_path(path, args):
    flat = [(name, v) for name, value in args.items() for v in (value if isinstance(value, list) else [value])]
    return path + "?" + urllib.parse.urlencode([(n, json.dumps(v) if isinstance(v, (dict, bool)) else v) for n, v in flat])


def mutations(properties, good):
    for name in list(properties) + ["no_such_argument", ""]:
        for value in random.sample(WRONG, 6):
            yield dict(good, **{name: value})
    for name in good:
        yield {k: v for k, v in good.items() if k != name}


for path, item in contract["paths"].items():
    name = path.removeprefix("/api/v1/")
    if "post" not in item:
        for method, operation in item.items():
            if "{id}" in path or "text/event-stream" in str(operation):
                check(operation, method.upper(), path, None, ask(method.upper(), path.replace("{id}", "none")), False) if "{id}" in path else None
            else:
                check(operation, method.upper(), path, None, ask(method.upper(), path), True)
        continue
    operation = item["post"]
    properties = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
    base = {"project": project} if "project" in properties else {}
    for args in GOOD.get(name, [{}]):
        args = dict(base, **args)
        check(operation, "POST", path, args, ask("POST", path, args), name not in SKIPPED)
        if "get" in item:
            check(item["get"], "GET", path, args, ask("GET", get_path(path, args)), True)
        if "202" in operation["responses"]:
            continue_job(operation, path, name)
            continue
        for wrong in mutations(properties, args):
            check(operation, "POST", path, wrong, ask("POST", path, wrong), False)
            if "get" in item:
                check(item["get"], "GET", path, wrong, ask("GET", get_path(path, {k: v for k, v in wrong.items() if v is not None})), False)
    for raw in (b"", b"{", b"[]", b'{"a":1,"a":2}', b"\xff\xfe", b"null", b"{}" * 2, b'{"project":"' + b"[" * 5000):
        answer = ask("POST", path, raw=raw)
        if "202" not in operation["responses"] or answer[0] != 202:
            check(operation, "POST", path, repr(raw[:40]), answer, False)

# What a verdict leaves behind, and news.
for method, name, args in (("POST", "feedback", GOOD["feedback"][0]), ("POST", "questions", {"limit": 10000}), ("GET", "questions", {"limit": 10000})):
    path, args = "/api/v1/" + name, dict(args, project=project)
    answer = ask(method, path, args) if method == "POST" else ask(method, get_path(path, args))
    check(contract["paths"][path][method.lower()], method, path, args, answer, True)
with urllib.request.urlopen(url + "/api/v1/events", timeout=60) as stream:
    news = json.loads(next(line for line in stream if line.startswith(b"data:"))[5:])
    assert not fits(news, shapes["DataEvent"], "event", "DataEvent"), news


def members(schema, at):
    """All members of a schema, as `seen` names them, with their own schemas."""
    for one in schema.get("anyOf", []):
        yield from members(one, at)
    if "items" in schema:
        yield from members(schema["items"], at + "[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from members(schema["additionalProperties"], at + ".*")
    for name, inner in schema.get("properties", {}).items():
        yield f"{at}.{name}", inner
        yield from members(inner, f"{at}.{name}")


def faults():
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            for code, answer in operation["responses"].items():
                for form, content in answer["content"].items():
                    for at, schema in members(content["schema"], f"{method.upper()} {path}"):
                        yield from faults_of(at, schema)
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            taken = list(body.get("properties", {}).items()) + [(p["name"], p["schema"]) for p in operation.get("parameters", [])]
            for name, schema in taken:
                wrong = "default" in schema and fits(schema["default"], schema, f"the default of {name}")
                if wrong:
                    yield f"{method} {path}: {wrong}"
    for name, schema in shapes.items():
        for at, inner in members(schema, name):
            yield from faults_of(at, inner)


def faults_of(at, schema):
    values = seen.get(at)
    if values is None and at not in UNSEEN:
        yield f"{at} was in no answer"
    if values is not None and at in UNSEEN:
        yield f"{at} was in an answer: it need not be excused"
    texts = [v for v in values or [] if isinstance(v, str)]
    is_text = schema == {"type": "string"} and at not in DIGITS
    if is_text and texts and all(re.fullmatch(r"-?\d+(\.\d+)?|true|false|yes|no|", v) for v in texts):
        yield f"{at} is stated as a text, and always is {texts[0]!r} or the like"


found = sorted(set(faults()))
assert not found, "the contract:\n  " + "\n  ".join(found)
unknown = set(GOOD) - {p.removeprefix("/api/v1/") for p in contract["paths"]}
assert not unknown, f"no operations any more: {unknown}"
print(f"{checked} answers fit the contract")
