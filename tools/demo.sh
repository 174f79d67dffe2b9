#!/bin/sh
# The demo: a home with the Online Retail project, made from the data the pack carries, brought in step, and asked three questions.
# Run again it reuses the home, unless the pack has changed since.
set -eu
cd "$(dirname "$0")/.."
starling=build/starling
home=build/demo

if ! cmp -s packs/online-retail/pack.yaml "$home/projects/online-retail/pack/pack.yaml"; then
    rm -rf "$home"
    "$starling" init "$home" --pack online-retail --sample
    echo
fi
"$starling" sync --home "$home"
echo
"$starling" examples --sql --home "$home"
echo
"$starling" status --home "$home"
echo
echo "Ask it yourself:"
echo "  $starling query --home $home '{\"measures\":[\"revenue\"],\"dimensions\":[\"country\"],\"limit\":5}'"
