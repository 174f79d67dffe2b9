#!/usr/bin/env bash
# See no_room.py. SEED=N repeats.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=${STARLING_SOURCE:?the source tree}/tests/tools
exec python3 "$STARLING_SOURCE/tests/fault/no_room.py"
