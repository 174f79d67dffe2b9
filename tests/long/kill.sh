#!/usr/bin/env bash
# SIGKILL at any moment, many times: see tests/fault/kill.py.
set -euo pipefail
export KILLS=${KILLS:-300}
exec "${STARLING_SOURCE:?the source tree}/tests/fault/kill.sh"
