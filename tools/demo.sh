#!/bin/sh
# The demo: one home with two projects, both brought in step and asked. retail keeps an operational database of its own, filled by
# its pack's generator; online-retail has the real data its pack carries. Run again it reuses the home, unless a pack has changed since.
# It ends with the page: at a terminal it is served until Ctrl-C. Where nobody looks (input or output is no terminal, CI is set), or
# with STARLING_DEMO_SERVE=0, a server is started, asked one question and stopped. STARLING_DEMO_SERVE=1: served in any case.
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

# is_watched: somebody is there to look at the page, and to press Ctrl-C
is_watched() {
    case ${STARLING_DEMO_SERVE:-} in
    0) return 1 ;;
    '') [ -t 0 ] && [ -t 1 ] && [ -z "${CI:-}" ] ;;
    esac
}

# show_page: at the usual port, or where that is taken (exit code 6) at any other
show_page() {
    title "The page, until Ctrl-C"
    trap : INT # the server ends by it, then this script as the server did
    code=0
    "$starling" serve --home "$home" || code=$?
    [ "$code" = 6 ] || exit "$code"
    "$starling" serve --home "$home" --port 0
}

# prove_page: a server that answers, and is stopped
prove_page() {
    title "The page and its API: a question by HTTP"
    pipe=build/demo.pipe
    rm -f "$pipe"
    mkfifo "$pipe"
    "$starling" serve --home "$home" --port 0 >"$pipe" &
    server=$!
    trap 'kill "$server" 2>/dev/null || true; rm -f "$pipe"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    exec 3<"$pipe"
    read -r _ url <&3 || { wait "$server"; exit 1; } # it has said why
    question='revenue by segment in 2014'
    printf '%s\n\n' "$question"
    curl -fsS -m 60 --get "$url/api/v1/ask" --data-urlencode "question=$question" -d project=retail -d format=csv
    kill "$server"
    wait "$server"
    printf '\nThe page was at %s; to have it stay: build/starling serve --home %s\n' "$url" "$home"
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

if is_watched; then show_page; else prove_page; fi
