#!/usr/bin/env bash
# The property test of facts beside each other and of stocks, a few runs: see facts_run.py. SEED=N repeats, RUNS=N makes it longer.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
exec python3 "${STARLING_SOURCE:?the source tree}/tests/random/facts_run.py"
