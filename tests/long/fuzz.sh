#!/usr/bin/env bash
# Builds the targets of tests/fuzz/ and runs each for FUZZ_SECONDS on seeds made of tests/golden/ and packs/. SEED=N repeats a run,
# as far as time does not decide; FUZZ_TARGETS="json pack" runs only these.
set -euo pipefail
cd "$(dirname "$0")/../.."
export STARLING_SOURCE=$PWD
seconds=${FUZZ_SECONDS:-60}
seed=${SEED:-1}
targets=${FUZZ_TARGETS:-ask ask_values expression holder json pack query questions request words}

if ! command -v clang-14 >/dev/null || [ ! -e "$(clang-14 -print-file-name="libclang_rt.fuzzer-$(uname -m).a")" ]; then
    echo "SKIPPED: no clang-14 with libFuzzer; tools/setup.sh fuzz installs it"
    exit 77
fi
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --parallel "${JOBS:-1}"

work=$(mktemp -d "${TMPDIR:-/tmp}/starling fuzz.XXXXXX")
trap '[ -n "$(ls -A "$work/failed")" ] || rm -rf "$work"' EXIT
mkdir "$work/failed"
python3 - "$work" <<'PY'
import glob, json, os, re, sys

work = sys.argv[1]
packs = [open(path).read() for path in sorted(glob.glob("packs/*/pack.yaml") + glob.glob("tests/golden/*/*.yaml"))]
queries = []
for path in sorted(glob.glob("tests/golden/query/*.txt")):
    queries += re.findall(r"^--- query\n(.*?)(?=^---|^===|\Z)", open(path).read(), re.M | re.S)
expressions = [text for pack in packs for text in re.findall(r"\bexpr: *([^\n{}]+)", pack)]
expressions += [json.loads(text) for query in queries for text in re.findall(r'"expr": *("(?:\\.|[^"\\])*")', query)]
for path in sorted(glob.glob("tests/golden/expr/*.txt")):
    expressions += [line for line in open(path).read().split("\n") if line and line[0] not in " #@"]
command = {"version": open("VERSION").read().strip(), "args": {"query": queries[:1], "sql": ["true"]}, "project": "p", "user": "ann",
           "format": "json", "width": 80, "is_pretty": True, "has_notes": True, "has_progress": False, "timeout_us": 1000000}
end = '{"code":"invalid","message":"no","at":"file","line":1,"column":2,"detail":""}'
frames = [(kind, text) for kind, text in zip("opon", ["rows", '{"what":"Reading","done":1,"total":2}', "", "a note\n"])] + [("e", end)]
holder = ["/v1/op/query\n" + json.dumps(command), "/v1/op/status\n" + json.dumps({**command, "args": {}}),
          "".join("%s%08x%s" % (kind, len(text), text) for kind, text in frames)]
question = {"id": "a", "db": "shop", "question": "sales, 2014-03, 2014-Q2, Sunday, 7, 0.5, yes", "expect": "answer", "sql": "select 1", "ordered": True}
later = {"id": "b", "db": "shop", "question": "2014-03-07 10:20,,3", "follows": "a", "expect": "clarify", "sql": ["select 1", "select 2"], "kind": "k"}
sets = ["".join(json.dumps(q) + "\n" for q in (question, later)), "2014,3,2014-03,03", "Monday,1,2014-W10,2014-03-03"]
questions = ["\0\0" + title for pack in packs for title in re.findall(r"title: *([^\n{}]+)", pack)]
questions += ["\0\0red aple, the north face & peach 64oz in st louis", "\0\0order CA-2014-1234 on 2014-03-07: $5,000, 30%, 3rd, don't"]
asked = []
for path in sorted(glob.glob("tests/golden/ask/*.txt")):
    for mark, text in re.findall(r"^(>>?) (.*)", open(path).read(), re.M):
        asked.append(text if mark == ">" else before + "\n" + text)
        before = text
grammar = open("share/starling/ask/english.grammar").read().split("\n")
heads = "\n".join("@%s: %s" % (name, name) for name in sorted(set(re.findall(r"@([a-z_]+)", "\n".join(grammar)))))
rules = [line for line in grammar if "->" in line]
asked += [heads + "\n" + "\n".join(rules[i:i + 20] + ["slot: measure -> slot_term 1"]) for i in range(0, len(rules), 20)]
asked += ["\n".join(line for line in grammar if line[:1] == "@")[:4000] + "\nslot: measure -> slot_term 1\n"]
requests = [chr(i) + "project=p\nlimit=3\n\n" + json.dumps({"project": "p", "timeout": 1.5, "format": "csv", "question": ["a"], "before": ["b", "c"],
            "sql": True, "limit": 7, "query": {"measures": ["m"]}}) for i in range(64)]
requests += ["[::1]:7171\n\"a\", W/\"b\", *", "localhost:80\n", "gzip;q=0.5, br\n", "/api/v1/jobs/0123/events\n", "/assets/../x\n", "/a/.b\n"]
texts = ["shipments sold in the U.S.", "Unit_Price, caf\u00e9", "C\u00f4te d\u2019Ivoire", "vendors\tsuppliers", "maximum\tminimum"]
for name, texts in {"ask": asked, "ask_values": questions, "words": texts, "expression": expressions, "holder": holder, "json": queries, "pack": packs, "query": queries, "questions": sets, "request": requests}.items():
    assert texts, name
    os.mkdir(os.path.join(work, name))
    for i, text in enumerate(sorted(set(texts))):
        with open(os.path.join(work, name, "seed%03d" % i), "w") as file:
            file.write(text)
with open(os.path.join(work, "dictionary"), "w") as file:
    for word in sorted(set(re.findall(r"[a-z_]{2,}", "\n".join(queries + expressions + packs[-1:])))):
        file.write('"%s"\n' % word)
PY

failed=0
for target in $targets; do
    max_len=4096
    [ "$target" != pack ] || max_len=16384
    # -seed and the rest are libFuzzer's own options; new inputs go to the first folder
    command=(build/fuzz/fuzz/fuzz_"$target" -max_total_time="$seconds" -seed="$seed" -max_len="$max_len" -timeout=10
        -rss_limit_mb=2048 -dict="$work/dictionary" -artifact_prefix="$work/failed/$target-" -print_final_stats=1 "$work/$target")
    echo "== fuzz_$target, SEED=$seed, $seconds s, $(ls "$work/$target" | wc -l) seeds"
    if UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 "${command[@]}" >"$work/log" 2>&1; then
        grep -E 'number_of_executed_units|peak_rss_mb|^#.*DONE' "$work/log"
    else
        failed=1
        grep -vE '^(#[0-9]+|Dictionary|INFO)' "$work/log" | head -60 || true
        echo "FAILED: fuzz_$target; the input: $(ls -d "$work/failed/$target-"* 2>/dev/null || echo none was written)"
        cp "$work/log" "$work/failed/$target.log"
    fi
done
exit $failed
