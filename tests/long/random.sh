#!/usr/bin/env bash
# The model-based random test for ten minutes: see tests/random/run.py.
set -euo pipefail
export RUNS=${RUNS:-0} SECONDS_TO_RUN=${SECONDS_TO_RUN:-600} STEPS=${STEPS:-10}
exec "${STARLING_SOURCE:?the source tree}/tests/random/random.sh"
