#!/usr/bin/env bash
# The web app's own tests, which need no browser. Skipped without npm.
. "$(dirname "$0")/../cli/common.sh"
"$source_folder/tools/web.sh" --node >/dev/null 2>err.txt || skip "$(cat err.txt)"
"$source_folder/tools/web.sh" --test
