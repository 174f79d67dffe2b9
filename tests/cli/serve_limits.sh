#!/usr/bin/env bash
# `serve` at its limits: every one is a setting, and what is over it gets a clean refusal while the rest goes on.
. "$(dirname "$0")/serve_common.sh"
python3 - <<'PY'
with open("many.csv", "w") as f:
    f.write("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n")
    for i in range(60000):
        f.write("%d,A%d,%s %d,2,2011-01-03 10:00:00,1.5,17850.0,France\n" % (i, i, "A thing of which there are many " * 10, i))
open("body.json", "w").write('{"project":"invoices","query":{"measures":["revenue"]},"format":"json"' + " " * 12000 + "}")
PY
runs "$starling" init "$home" --pack online-retail --project invoices
runs "$starling" init "$home" --pack retail --project shop
runs "$starling" load invoices=many.csv --home "$home" --project invoices
runs "$starling" sync --home "$home" --project invoices
cat >"$home/starling.yaml" <<'YAML'
home: 1
query:
  max_rows: 50000
server:
  max_body: 10KB
  max_header: 4KB
  connections: 8
  workers: 1
  queue: 1
  idle: 2s
  jobs: 1
  jobs_queue: 1
  jobs_keep: 2
  streams: 2
  cache: 100KB
  grace: 1s
  access_log: off
YAML
serves

# --- body and headers
asks 413 /api/v1/query -H 'Content-Type: application/json' --data-binary @body.json
problem too_large 'body is too long'
asks 413 /api/v1/query -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' --data-binary @body.json
problem too_large 'body is too long'
asks 431 /health -H "X-Long: $(printf 'x%.0s' {1..5000})"
problem too_large 'headers are too long'
asks 431 "/health?$(printf 'x%.0s' {1..5000})"
asks 431 /health -H "X-Long: $(printf 'x%.0s' {1..40000})" # by the library itself, in its own words

# --- rows
posts 200 query '{"project":"invoices","query":{"measures":["revenue"],"dimensions":["invoice_line.invoice_no"]},"timeout":60}'
json 'd["truncated"] and len(d["rows"]) == 50000'

# --- a slow reader holds no worker, though there is but one
cat >slow.py <<'PY'
import socket, sys, time
host, port = sys.argv[1].split("//")[1].split(":")
body = b'{"project":"invoices","query":{"rows":["invoice_line.invoice_no","invoice_line.description","invoice_line.stock_code"]}}'
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.connect((host, int(port)))
s.sendall(b"POST /api/v1/query HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (host.encode(), port.encode(), len(body)) + body)
s.recv(100)
print("begun", flush=True)
try:
    while s.recv(64):
        time.sleep(0.2)
except OSError:
    pass
PY
python3 slow.py "$url" >slow.txt &
slow=$!
waits grep -q begun slow.txt
for _ in 1 2 3; do asks 200 '/api/v1/runs?project=invoices'; done
kill -0 $slow || fail "the slow reader is gone"
kill $slow
wait $slow 2>/dev/null || true

# --- workers and the queue: a writer that waits for its turn holds the only worker, one more request waits, the next is refused, and what
# needs no worker goes on
job() { curl -sS -D head.txt -o out.txt -w '%{http_code}' -H 'Content-Type: application/json' -d '{"project":"shop","scale":20}' "$url/api/v1/generate"; }
id() { python3 -c 'import json; print(json.load(open("out.txt"))["id"])'; }
running() { asks 200 "/api/v1/jobs/$job" && grep -q '"status":"running"' out.txt; }
[ "$(job)" = 202 ] || fail "no job: $(cat out.txt)"
job=$(id)
waits running
# what is kept of one project stands while another is written
hits() { curl -s "$url/health" | python3 -c 'import json, sys; print(json.load(sys.stdin)["cache"]["hits"])'; }
posts 200 query '{"project":"invoices","query":{"measures":["revenue"]}}'
before=$(hits)
posts 200 query '{"project":"invoices","query":{"measures":["revenue"]}}'
[ "$(hits)" = $((before + 1)) ] || fail "not given again beside a writer of another project"
running || fail "the writer was not at work"
posts() { # in the background one cannot count
    curl -sS -m 30 -o "$4" -D "$5" -w '%{http_code}' -H 'Content-Type: application/json' --data-binary "$3" "$url/api/v1/$2" >"$4.status"
}
posts 200 feedback '{"project":"invoices","question":"revenue","verdict":"up"}' first.txt first.head &
first=$!
sleep 0.5
posts 200 runs '{"project":"invoices"}' second.txt second.head &
second=$!
waiting() { curl -s "$url/metrics" | grep -q '^starling_requests_waiting 1$'; }
waits waiting
asks 503 /api/v1/runs?project=invoices
problem busy 'try again later'
has '^retry-after: [0-9]+$'
asks 200 /health
asks 200 /
asks 200 "/api/v1/jobs/$job" -X DELETE
wait $first
wait $second
[ "$(cat first.txt.status) $(cat second.txt.status)" = '200 200' ] || fail "who waited got $(cat first.txt.status) $(cat second.txt.status)"
ok

# --- connections: nine at a time are one too many
cat >many.py <<'PY'
import socket, sys, time
host, port = sys.argv[1].split("//")[1].split(":")
ask = b"GET /health HTTP/1.1\r\nHost: %s:%s\r\n\r\n" % (host.encode(), port.encode())
def open_one():
    s = socket.create_connection((host, int(port)))
    s.settimeout(10)
    s.sendall(ask)
    return s, s.recv(4000).decode()
open_ones = [open_one() for _ in range(8)]
assert all(" 200 " in text.split("\r\n")[0] for _, text in open_ones), open_ones
last, text = open_one()
assert " 503 " in text.split("\r\n")[0] and "Retry-After: " in text and "application/problem+json" in text and '"code":"busy"' in text, text
assert last.recv(100) == b"", "the refused connection stays open"
open_ones[0][0].close()
time.sleep(0.3)
assert " 200 " in open_one()[1].split("\r\n")[0]
time.sleep(3.5)  # more than server.idle: all are closed by then
assert all(s.recv(10) == b"" for s, _ in open_ones[1:]), "an idle connection stays open"
PY
python3 many.py "$url" || fail "connections"
ok

# --- streams
for n in 1 2; do
    curl -sN -m 30 "$url/api/v1/events" >events.$n &
    streams="${streams:-} $!"
    waits grep -q data events.$n
done
asks 429 /api/v1/events
problem busy 'streams'
has '^retry-after: '
kill $streams
one_left() { curl -s "$url/metrics" | grep -q '^starling_streams 0$'; }
waits one_left

# --- jobs: one runs, one waits, the third is refused; both can be cancelled
[ "$(job)" = 202 ] || fail "no job: $(cat out.txt)"
job=$(id)
waits running
[ "$(job)" = 202 ] || fail "no second job: $(cat out.txt)"
second=$(id)
[ "$(job)" = 429 ] || fail "a third job: $(cat out.txt)"
problem busy 'jobs'
has '^retry-after: '
asks 200 "/api/v1/jobs/$second" -X DELETE
asks 200 "/api/v1/jobs/$job" -X DELETE
over() { asks 200 "/api/v1/jobs/$1" && grep -q '"ended_at"' out.txt; }
waits over $job
json 'd["status"] == "cancelled"'
waits over $second
json 'd["status"] == "cancelled"'
for n in 1 2; do
    curl -sS -o out.txt -H 'Content-Type: application/json' -d '{"project":"invoices"}' "$url/api/v1/sync"
    waits over $(id)
done
asks 404 "/api/v1/jobs/$job" # two others have ended since

# --- the end, with a job that runs and a reader that takes nothing: within the grace and a little
[ "$(job)" = 202 ] || fail "no job at the end"
python3 slow.py "$url" >slow.txt &
slow=$!
waits grep -q begun slow.txt
before=$(date +%s%N)
ends
[ $((($(date +%s%N) - before) / 1000000)) -lt 8000 ] || fail "the end took $((($(date +%s%N) - before) / 1000000)) ms"
kill $slow
wait $slow 2>/dev/null || true
printf 'home: 1\nserver:\n  workers: 0\n' >"$home/starling.yaml"
refuses 2 "server.workers takes a whole number above 0" "$starling" serve --home "$home" --port 0
printf 'home: 1\nserver:\n  access_log: maybe\n' >"$home/starling.yaml"
refuses 2 "server.access_log takes on or off" "$starling" serve --home "$home" --port 0
printf 'home: 1\nserver:\n  worker: 2\n' >"$home/starling.yaml"
refuses 2 "did you mean 'server.workers'?" "$starling" serve --home "$home" --port 0
echo "$passed passed, 0 failed"
