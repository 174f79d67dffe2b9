# Sourced by the tests of the command line. Every test works in a folder of its own and needs nothing but the built program,
# Python 3 and a shell.
set -euo pipefail
starling=${STARLING_BIN:?the built program}
source_folder=${STARLING_SOURCE:?the source tree}
shared=${STARLING_SHARED:-$source_folder/../shared}
work=$(mktemp -d "${TMPDIR:-/tmp}/starling test.XXXXXX") # a path with a space, always
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# skip REASON: the whole test
skip() {
    printf 'SKIPPED: %s\n' "$*"
    exit 77
}

ok() { passed=$((passed + 1)); }

# refuses CODE TEXT COMMAND…: the command fails with that exit code, and its message holds the text
refuses() {
    local want=$1 text=$2 code=0
    shift 2
    timeout 60 "$@" >out.txt 2>err.txt || code=$?
    [ "$code" = "$want" ] || fail "exit code $code, not $want: $*
$(cat err.txt)"
    grep -qF -- "$text" err.txt || fail "no '$text' in the message of: $*
$(cat err.txt)"
    if grep -qiE 'select |runtime error|AddressSanitizer' err.txt; then fail "SQL or a fault shows in: $(cat err.txt)"; fi
    ok
}

# runs COMMAND…: it works; its output is in out.txt
runs() {
    timeout 120 "$@" >out.txt 2>err.txt || fail "exit code $?: $*
$(cat err.txt)"
    ok
}

# json EXPRESSION: true of the JSON document in out.txt, called d
json() {
    python3 -c 'import json, sys; d = json.load(open("out.txt")); assert eval(sys.argv[1]), "%s\nis not true of\n%s" % (sys.argv[1], json.dumps(d)[:3000])' "$1" ||
        fail "$1"
    ok
}

says() {
    grep -qF -- "$1" out.txt || fail "no '$1' in: $(cat out.txt)"
    ok
}
