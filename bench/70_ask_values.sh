#!/usr/bin/env bash
# The index of values that questions are read by: VALUES (100000) of them.
source "$(dirname "$0")/common.sh"
load_of_machine
"$STARLING_BENCH/ask_values" "${VALUES:-100000}"
