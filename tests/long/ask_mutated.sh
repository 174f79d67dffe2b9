#!/usr/bin/env bash
# Answers do not hang on the names that data and packs happen to have: with members, columns and values renamed and 28 years later
# (tests/tools/mutate_questions.py) the retail pack's and the online-retail pack's sets score as they did, within MOST points (2).
# Without ../shared the retail pack's set is asked about data of its generator.
. "$(dirname "$0")/../cli/common.sh"
. "$source_folder/tests/cli/ask_common.sh"
most=${MOST:-2}
packs=$source_folder/packs

# What is asked, and the files that it is asked about: $data/superstore, $data/online-retail; the gold of these in gold/.
sets=("$packs/retail/questions/superstore.jsonl")
mkdir gold
if has_datasets; then
    data=$datasets
    sets+=("$packs/online-retail/questions/online_retail.jsonl")
    [ ! -e "$shared/nlq/tuning.jsonl" ] || sets+=("$shared/nlq/tuning.jsonl")
    python3 "$shared/tools/build_gold_db.py" gold
else
    echo "skipped: $shared has not the data sets; generated data is asked about"
    data=$work/data
    runs "$starling" init generated --pack retail --project superstore --quiet
    runs "$starling" generate --scale 0.2 --seed 1 --home generated --quiet
    mkdir -p data/superstore
    python3 "$source_folder/tests/tools/shop_gold.py" generated/projects/superstore/oltp.sqlite gold/superstore.sqlite data/superstore
    ok
fi

# home_of HOME DATA PACKS: the projects that there are files for
home_of() {
    local superstore=$2/superstore online=$2/online-retail
    loaded "$1" superstore "$3/retail" "orders=$superstore/orders.csv.gz" "returns=$superstore/returns.csv" "people=$superstore/people.csv"
    [ -d "$online" ] || return 0
    local input # is renamed, too
    input=$(sed -n '/^inputs:/{n;s/[: ]//gp;}' "$3/online-retail/pack.yaml")
    loaded "$1" online_retail "$3/online-retail" "$input=$online/online_retail.csv.gz"
}

home_of plain "$data" "$packs"
python3 "$source_folder/tests/tools/mutate_questions.py" "$data" "$packs" gold mutated "${sets[@]}" || fail "nothing was renamed"
home_of other mutated/data mutated/packs

for path in "${sets[@]}"; do
    name=$(basename "$path" .jsonl)
    grep -E '"db": "(superstore|online_retail)"' "$path" >"$name.plain.jsonl"
    answers "$name.plain.jsonl" "$name.plain" plain
    answers "mutated/$name.jsonl" "$name.mutated" other
    python3 - "$name" "$most" <<'PY' || fail "$name: answers hang on names"
import sys
from score_answers import Gold, json_lines, score

name, most = sys.argv[1], float(sys.argv[2])
items, new_items = json_lines(name + ".plain.jsonl"), json_lines("mutated/%s.jsonl" % name)
figures, misses = score(items, json_lines(name + ".plain"), Gold("gold"))
new_figures, new_misses = score(new_items, json_lines(name + ".mutated"), Gold("mutated/gold"))
before, after = ({item["id"] for item, _ in each} for each in (misses, new_misses))
plain = {item["id"]: item["question"] for item in items}
for item, answer in new_misses:
    if item["id"] not in before:
        print("  no longer right: %s | %s | %s | %s %s" % (item["id"], plain[item["id"]], item["question"], answer.get("status"),
                                                         answer.get("query") or answer.get("message") or ""))
for item, _ in misses:
    if item["id"] not in after:
        print("  right now: %s | %s" % (item["id"], item["question"]))
for what in ("accuracy", "coverage", "precision"):
    print("%s: %s %.1f, renamed %.1f, difference %+.1f" % (name, what, figures[what], new_figures[what], new_figures[what] - figures[what]))
sys.exit(new_figures["accuracy"] < figures["accuracy"] - most)
PY
    ok
done
echo "$passed passed, 0 failed"
