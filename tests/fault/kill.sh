#!/usr/bin/env bash
# SIGKILL at any moment, a few times: see kill.py. SEED=N repeats, KILLS=N changes their number.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=${STARLING_SOURCE:?the source tree}/tests/tools
exec python3 "$STARLING_SOURCE/tests/fault/kill.py"
