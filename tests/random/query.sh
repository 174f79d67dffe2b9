#!/usr/bin/env bash
# The property test of queries, a few schemas: see query_run.py. SEED=N repeats, RUNS=N or SECONDS_TO_RUN=N makes it longer.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
[ -n "${RUNS:-}${SECONDS_TO_RUN:-}" ] || export RUNS=8
exec python3 "${STARLING_SOURCE:?the source tree}/tests/random/query_run.py"
