#!/usr/bin/env bash
# The property test of queries for ten minutes: see tests/random/query_run.py.
set -euo pipefail
export RUNS=${RUNS:-0} SECONDS_TO_RUN=${SECONDS_TO_RUN:-600} QUERIES=${QUERIES:-40}
exec "${STARLING_SOURCE:?the source tree}/tests/random/query.sh"
