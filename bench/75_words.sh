#!/usr/bin/env bash
# What the question engine's tables cost: opening them, and each kind of look-up.
set -euo pipefail
"${STARLING_BENCH:?the folder of built bench programs}/ask_words"
