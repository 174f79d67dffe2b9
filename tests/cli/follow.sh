#!/usr/bin/env bash
# A home that `sync --follow` holds: other commands give the same bytes through its socket as without it.
. "$(dirname "$0")/follow_common.sh"

refuses 4 "there is no project 'none' here" "$starling" sync --follow --home "$home" --project none

# --- every kind of command and failure, with and without a holder
phase=held
# same NAME CODE COMMAND…: in the first phase it is kept what came, in the second it must come again
same() {
    local name=$1 want=$2 code=0 part
    shift 2
    timeout 60 "$starling" "$@" >"$phase.$name.out" 2>"$phase.$name.err" || code=$?
    [ "$code" = "$want" ] || fail "$name, $phase: exit code $code, not $want: $(cat "$phase.$name.err")"
    for part in out err; do # times differ from run to run
        sed -E -i 's/"(data_age_s|run_us|compile_us|duration_us)":[0-9]+/"\1":N/g; s/[0-9.]+ (ms|s|min)( [0-9]+ s)?\b/N/g' "$phase.$name.$part"
    done
    [ "$phase" = held ] || diff "held.$name.out" "$phase.$name.out" || fail "$name: another output without the holder"
    [ "$phase" = held ] || diff "held.$name.err" "$phase.$name.err" || fail "$name: another message without the holder"
    ok
}
statuses() { # of one state: the last thing with the holder, the first without
    same status 0 status --home "$home"
    same status_json 0 status --home "$home" --json
}
commands() {
    local q='{"measures":["revenue","order_lines"],"dimensions":["product.subcategory"]}'
    same table 0 query "$q" --home "$home" --project retail
    same json 0 query "$q" --home "$home" --project retail --json
    same csv 0 query '{"measures":["quantity"],"dimensions":["customer.name","order_date.day"]}' --home "$home" --project retail --format csv
    same file 0 query @question.json --home "$home" --project retail --sql
    same examples 0 examples --home "$home" --project retail
    same examples_json 0 examples --sql --home "$home" --project retail --json
    same check 0 model check --home "$home" --project retail
    same check_json 0 model check --home "$home" --project invoices --json
    same check_pack 0 model check ./own --home "$home" --project invoices
    same check_none 4 model check ./none --home "$home" --project invoices
    same member 2 query '{"measures":["revenu"]}' --home "$home" --project retail
    same member_json 2 query '{"measures":["revenu"]}' --home "$home" --project retail --json
    same member_csv 2 query '{"measures":["revenu"]}' --home "$home" --project retail --format csv
    same bad_json 2 query '{"measures":[' --home "$home" --project retail
    same no_project 2 query '{"measures":["revenue"]}' --home "$home"
    same other_project 4 query '{"measures":["revenue"]}' --home "$home" --project third --json
    same timeout 6 query "$q" --home "$home" --project retail --timeout 0.000001
    same load 0 load orders=./lines.csv --home "$home" --project retail --json --quiet
    same bad_load 3 load orders=bad.csv --home "$home" --project retail --quiet
    same no_load 4 load orders=none.csv --home "$home" --project retail --quiet
    same no_sync 0 sync --home "$home" --project invoices --quiet
    same exists 4 init "$home" --pack retail
    same no_pack 4 init "$home" --pack nope --json
    same apply 0 model apply --home "$home" --project retail
    printf 'home: 1\nquery:\n  max_rows: 3\n' >"$home/starling.yaml"
    same cut 0 query "$q" --home "$home" --project retail --format csv
    same cut_quiet 0 query '{"measures":["quantity"],"dimensions":["customer.name"]}' --home "$home" --project retail --format csv --quiet
    printf 'home: 1\nquery: 3\n' >"$home/starling.yaml"
    same setting 2 status --home "$home"
    printf 'home: 1\n' >"$home/starling.yaml"
}
follows
grep -qxF 'Following invoices, retail; Ctrl-C ends.' follow.out || fail "ready: $(cat follow.out)"
grep -q 'retail: .* changes published as data version 1' follow.err || fail "no batch is told: $(cat follow.err)"
[ "$(stat -c %a "$home/.socket")" = 600 ] || fail "others may connect"
commands
statuses
refuses 4 "follows" "$starling" sync --follow --home "$home"
ends
phase=alone
statuses
commands
echo "$passed passed, 0 failed"
