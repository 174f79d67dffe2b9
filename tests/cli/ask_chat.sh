#!/usr/bin/env bash
# A conversation keeps what it has opened between lines, lets go of it when nobody writes, and works where a process holds the home.
. "$(dirname "$0")/follow_common.sh"

runs "$starling" sync --home "$home" --project retail --quiet
chat=
trap '[ -z "$chat" ] || kill -9 $chat 2>/dev/null || true; [ -z "$holder" ] || kill -9 $holder 2>/dev/null || true; rm -rf "$work"' EXIT

# talks: starts a conversation; its lines come from $say
talks() {
    rm -f lines
    mkfifo lines
    : >said.txt
    "$starling" ask --chat --home "$home" --project retail --quiet <lines >said.txt 2>chat.err &
    chat=$!
    exec {say}>lines
}
hears() { grep -qF -- "$1" said.txt; }
holds() { ls -l "/proc/$chat/fd" | grep -qF "$1"; }
holds_not() { ! holds "$1"; }
# hushes: the conversation ends by itself, well
hushes() {
    local code=0
    exec {say}>&-
    wait "$chat" || code=$?
    chat=
    [ "$code" = 0 ] || fail "the conversation ended with $code: $(cat chat.err)"
    ok
}

# --- by itself
talks
echo "how many order lines" >&$say
waits hears "1,000"
holds warehouse.duckdb || fail "the warehouse is closed: $(ls -l /proc/$chat/fd)"
ok
waits holds_not warehouse.duckdb # nobody writes
waits holds_not .lock
ok
runs "$starling" load orders=more.csv --home "$home" --project retail --quiet
runs "$starling" sync --home "$home" --project retail --quiet
echo "how many order lines" >&$say
waits hears "10,000"
echo "of Ann 7" >&$say # goes on from it
waits hears "Read as: Order lines, where customer is Ann 7"
ok
# --- whoever writes gets the home though the conversation goes on
echo "revenue" >&$say
runs "$starling" sync --home "$home" --project retail --quiet
echo "in january 2013" >&$say
waits hears "Read as: Revenue in January 2013"
hushes

# --- a last line without an end, and one that is too long to be a question
printf 'revenue' | runs "$starling" ask --chat --home "$home" --project retail --quiet
says "Read as: Revenue"
head -c 70000 /dev/zero | tr '\0' a >long.txt
refuses 7 "a line has less than 65536 bytes" "$starling" ask --chat --home "$home" --project retail --quiet <long.txt

# --- the home is held
follows --json --quiet
index="$home/projects/retail/values.index"
talks
echo "how many order lines of Ann 7" >&$say
waits hears "Read as: Order lines, where customer is Ann 7"
holds_not warehouse.duckdb || fail "the warehouse is another process's"
ok
knows() { grep -qaF "$1" "$index"; }
renames() {
    python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE customer SET name = ? WHERE id = ?", sys.argv[2:])
db.commit()' "$home/projects/retail/oltp.sqlite" "$@"
}
renames Zebulon C-7
waits knows Zebulon # nobody has asked
ok
echo "how many order lines of Zebulon" >&$say
waits hears "Read as: Order lines, where customer is Zebulon"
echo "and of Ann 8?" >&$say
waits hears "Read as: Order lines, where customer is Ann 8"

# --- a question does not wait for an index that is being renewed
python3 -c 'import fcntl, sys, time
f = open(sys.argv[1] + ".tmp", "w")
fcntl.flock(f, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)' "$index" >held.txt &
other=$!
waits grep -q held held.txt
n_published=$(grep -c '"changes"' follow.out)
published() { [ "$(grep -c '"changes"' follow.out)" -gt "$n_published" ]; }
renames Hortensia C-9
waits published
echo "how many order lines of Ann 9" >&$say
waits hears "Read as: Order lines, where customer is Ann 9" # as the index of before has it
kill $other
wait $other || true
renames Quentin C-9
waits knows Quentin
echo "how many order lines of Quentin" >&$say
waits hears "Read as: Order lines, where customer is Quentin"
hushes
ends
echo "$passed passed, 0 failed"
