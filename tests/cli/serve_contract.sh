#!/usr/bin/env bash
# Every operation that `serve` offers, held to the printed contract: asked well and wrongly.
. "$(dirname "$0")/serve_common.sh"
made
serves
timeout 200 python3 "$source_folder/tests/tools/contract.py" "$url" invoices >out.txt 2>err.txt || fail "$(tail -n 60 err.txt) $(head -c 2000 serve.err)"
says 'answers fit the contract'
cat out.txt
asks 200 /health
ends
echo "$passed passed, 0 failed"
