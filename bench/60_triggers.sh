#!/usr/bin/env bash
# What capture costs each row that another application writes to a managed database: order lines of the generated retail project,
# whose table has 13 columns, 3 indexes and 2 references, with and without the triggers of the change log (and without any, which
# leaves out the time stamps of managed tables too). Medians of ROUNDS, each on a fresh copy.
#   ROUNDS= ROWS= TRANSACTIONS=
. "$(dirname "$0")/common.sh"
retail_home "$work/home"
"$STARLING_BIN" sync --home "$work/home" --quiet >/dev/null
cp "$work/home/projects/retail/oltp.sqlite" "$work/oltp.sqlite"
load_of_machine
python3 "$here/triggers.py" "$work/oltp.sqlite" "${ROUNDS:-5}" "${ROWS:-100000}" "${TRANSACTIONS:-2000}" &
children+=($!)
wait $!
