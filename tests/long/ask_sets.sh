#!/usr/bin/env bash
# All question sets of the packs, above their floors: see tests/cli/ask_questions.sh, which asks the first of each.
set -euo pipefail
export ALL_SETS=1
exec "${STARLING_SOURCE:?the source tree}/tests/cli/ask_questions.sh"
