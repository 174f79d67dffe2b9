#!/usr/bin/env bash
# sync after a first load, and after small changes by another application, of the generated retail project at SCALE (1: about
# 100,000 operational rows). Whole processes, wall time, medians of RUNS first syncs and ROUNDS small ones.
. "$(dirname "$0")/common.sh"
runs=${RUNS:-3}
rounds=${ROUNDS:-9}
scale=${SCALE:-1}
fresh="$work/fresh"
home="$work/home"
retail_home "$fresh" "$scale"

for i in $(seq "$runs"); do
    rm -rf "$home"
    cp -r "$fresh" "$home"
    measured "$work/first" "$STARLING_BIN" sync --home "$home" --quiet --json >"$work/first.json"
    measured "$work/again" "$STARLING_BIN" sync --home "$home" --quiet --json >/dev/null
done

# rounds_of NAME WHAT…: the writer does it, sync takes it in
rounds_of() {
    local name=$1 i
    shift
    for i in $(seq "$rounds"); do
        python3 "$here/retail_writer.py" "$home/projects/retail/oltp.sqlite" "$@" "$i"
        measured "$work/$name" "$STARLING_BIN" sync --home "$home" --quiet --json >"$work/$name.json"
    done
}
rounds_of thousand change 1000
rounds_of one change 1
rounds_of segment segment

load_of_machine
figure "first sync, scale $scale" "$work/first" 'goal < 1000 at scale 1'
figure 'sync again, nothing changed' "$work/again" 'what any command costs: start, open the warehouse'
figure '1,000 rows changed over all months' "$work/thousand" 'goal < 150'
figure '1 row changed' "$work/one"
figure "a customer's segment changed" "$work/segment"
printf 'of the last one of each, steps: first %s, 1,000 rows %s, 1 row %s, segment %s ms\n' \
    "$(steps "$work/first.json" silver dimension fact)" "$(steps "$work/thousand.json" silver dimension fact)" \
    "$(steps "$work/one.json" silver dimension fact)" "$(steps "$work/segment.json" silver dimension fact)"
