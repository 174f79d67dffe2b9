#!/usr/bin/env bash
# The model-based random test, a few runs: see run.py. SEED=N repeats, RUNS=N or SECONDS_TO_RUN=N makes it longer.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=${STARLING_SOURCE:?the source tree}/tests/tools
[ -n "${RUNS:-}${SECONDS_TO_RUN:-}" ] || export RUNS=3
exec python3 "$STARLING_SOURCE/tests/random/run.py"
