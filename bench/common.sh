# Sourced by the measurements: a folder of their own, their children, medians. Nothing here decides a test.
set -euo pipefail
: "${STARLING_BIN:?the built program}" "${STARLING_SOURCE:?the source tree}" "${STARLING_BENCH:?the folder of built bench programs}"
here=$STARLING_SOURCE/bench
work=$(mktemp -d "${TMPDIR:-/tmp}/starling bench.XXXXXX")
children=()
export PYTHONDONTWRITEBYTECODE=1

# Ends what is still running of ours, by its id, and removes the folder.
clean_up() {
    local pid
    for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${children[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# median [FIELD]: of numbers on standard input
median() { awk -v f="${1:-1}" '{ print $f }' | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# measured FILE COMMAND…: runs it and adds "wall ms, CPU ms, peak MB" of the whole process to FILE
measured() {
    python3 "$here/measure.py" "$@" &
    children+=("$!")
    wait "$!"
}

# figure NAME FILE [REMARK]: medians of what `measured` wrote
figure() {
    printf '%-52s %7.0f ms  cpu %7.0f ms  peak %5.0f MB   %s\n' "$1" "$(median 1 <"$2")" "$(median 2 <"$2")" "$(median 3 <"$2")" "${3:-}"
}

# steps FILE STEP…: milliseconds of those steps in a `sync --json` document
steps() {
    python3 -c 'import json, sys
print(sum(r[6] for r in json.load(open(sys.argv[1]))["steps"]["rows"] if r[0] in sys.argv[2:]))' "$@"
}

load_of_machine() { printf 'machine: %s cores, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"; }

# retail_home HOME [SCALE]: a generated retail project, not yet synced
retail_home() {
    "$STARLING_BIN" init "$1" --pack retail --quiet >/dev/null
    "$STARLING_BIN" generate retail --scale "${2:-1}" --seed 1 --home "$1" --quiet >/dev/null
}
