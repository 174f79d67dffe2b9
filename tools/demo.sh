#!/bin/sh
# The demo: one home with two projects, both brought in step and asked. retail keeps an operational database of its own, filled by
# its pack's generator; online-retail has the real data its pack carries. Run again it reuses the home, unless a pack has changed since.
# It ends by serving the page, until Ctrl-C; STARLING_DEMO_SERVE=0: it ends without.
set -eu
cd "$(dirname "$0")/.."
starling=build/starling
home=build/demo

title() { printf '\n== %s\n\n' "$*"; }

# is_made PROJECT FILE…: its pack's files are those of today
is_made() {
    project=$1
    shift
    for file; do
        cmp -s "packs/$project/$file" "$home/projects/$project/pack/$file" || return 1
    done
}

# ask PROJECT QUESTION
ask() {
    printf '%s\n\n' "$2"
    "$starling" ask "$2" --project "$1" --home "$home"
    echo
}

# query PROJECT QUERY: the answer with its SQL
query() {
    printf '%s\n\n' "$2"
    "$starling" query "$2" --sql --project "$1" --home "$home"
}

if ! is_made retail pack.yaml generate.sql || ! is_made online-retail pack.yaml; then
    rm -rf "$home"
    title "A home, and in it the project retail: orders of an invented shop chain, made by the pack's generator"
    "$starling" init "$home" --pack retail --sample
    title "and the project online-retail: real order lines, which its pack carries"
    "$starling" init "$home" --pack online-retail --sample
fi
for project in retail online-retail; do
    title "Sync of $project"
    "$starling" sync --project "$project" --home "$home"
done

title "Questions to online-retail: the pack's examples"
"$starling" examples --sql --project online-retail --home "$home"
title "Questions to retail, in words"
ask retail 'which 5 regions had the most revenue in 2014'
ask retail 'margin by region in 2014'
title "and as a semantic query: how do returns differ between categories?"
query retail '{"measures":["orders","returned_orders","return_rate"],"dimensions":["product.category"]}'

title "The home"
"$starling" status --home "$home"
echo
echo "Ask it yourself; a home with two projects wants to know which:"
echo "  $starling ask --home $home --project retail 'revenue by segment and year'"

[ "${STARLING_DEMO_SERVE:-1}" != 0 ] || exit 0
port=7171
if command -v curl >/dev/null && curl -s -m 2 -o /dev/null "http://127.0.0.1:$port/"; then port=0; fi # taken: any other
title "The page, until Ctrl-C"
exec "$starling" serve --home "$home" --port "$port"
