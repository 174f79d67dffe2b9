#!/usr/bin/env bash
# One home for measuring answers to questions: the projects superstore, online_retail and pricing, loaded from the data sets of these
# names, synced and ready.
#   tools/eval_home.sh OUT [DATA]    (make eval-home OUT=DIR [DATA=DIR])
#
# OUT is a folder to make, or one that this script made: it is then only synced where nothing changed, and made anew where a pack or a
# file did. DATA has superstore/, online-retail/ and pricing/; default: ../shared/data beside the source tree.
# STARLING_BIN is the program; default: build/starling.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
starling=${STARLING_BIN:-$source/build/starling}

die() { printf 'eval-home: %s\n' "$*" >&2; exit 1; }

[ -n "${1:-}" ] || die "name the folder to make: make eval-home OUT=DIR"
out=$1
data=${2:-$source/../shared/data}
mark=$out/.eval-home # that the home is ours to remove, and what it was made of; empty while it is not finished

# project, pack, and the files of the pack's inputs
projects=(
    "superstore    retail        orders=superstore/orders.csv.gz returns=superstore/returns.csv people=superstore/people.csv"
    "online_retail online-retail invoices=online-retail/online_retail.csv.gz"
    "pricing       pricing       weekly_sales=pricing/orange_juice_weekly.csv.gz stores=pricing/store_demographics.csv"
)

[ -x "$starling" ] || die "no program at $starling; build it with make, or name it in STARLING_BIN"
for line in "${projects[@]}"; do
    read -r project pack inputs <<<"$line"
    for input in $inputs; do
        [ -r "$data/${input#*=}" ] || die "$data/${input#*=} is not there; name the folder that holds the data sets: make eval-home OUT=$out DATA=DIR"
    done
done

# What the home follows from.
fingerprint() {
    local line project pack inputs
    for line in "${projects[@]}"; do
        read -r project pack inputs <<<"$line"
        cat "$source/packs/$pack/pack.yaml"
        for input in $inputs; do cat "$data/${input#*=}"; done
    done | sha256sum
}

begin=${EPOCHREALTIME/[.,]/}
took() {
    local tenths=$(((${EPOCHREALTIME/[.,]/} - begin) / 100000))
    printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

wanted=$(fingerprint)
is_made=false
if [ -e "$mark" ] && [ "$(cat "$mark")" = "$wanted" ]; then
    is_made=true
elif [ -e "$mark" ]; then
    rm -rf "$out"
elif [ -e "$out" ] && [ -n "$(ls -A "$out")" ]; then
    die "$out is there and was not made by this script; name another folder, or remove it"
fi

for line in "${projects[@]}"; do
    read -r project pack inputs <<<"$line"
    files=()
    for input in $inputs; do files+=("${input%%=*}=$data/${input#*=}"); done
    if ! $is_made; then
        "$starling" init "$out" --pack "$source/packs/$pack" --project "$project" --quiet >/dev/null
        : >"$mark"
        "$starling" load "${files[@]}" --project "$project" --home "$out" --quiet >/dev/null
    fi
    "$starling" sync --project "$project" --home "$out" --quiet >/dev/null
    echo "$project: ready after $(took)"
done
echo "$wanted" >"$mark"
echo "The home $out has the projects superstore, online_retail and pricing; it took $(took)."
