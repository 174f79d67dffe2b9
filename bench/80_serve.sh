#!/usr/bin/env bash
# `serve`: until it is ready, its memory when idle, and an answer that is given again beside a bare libmicrohttpd that answers the same POST with
# the same bytes (wrk, keep-alive, 16 connections, access log on). Goals: ready < 200 ms, idle < 100 MB, p50 at the server < 1 ms, >= 60 %.
#   RUNS= SECONDS_EACH=
. "$(dirname "$0")/common.sh"
command -v wrk >/dev/null || { echo "skipped: no wrk (tools/setup.sh bench)"; exit 0; }
runs=${RUNS:-3}
each=${SECONDS_EACH:-3}
home="$work/home"
retail_home "$home"
"$STARLING_BIN" init "$home" --pack online-retail --sample --quiet >/dev/null
"$STARLING_BIN" sync --home "$home" --project retail --quiet >/dev/null
"$STARLING_BIN" sync --home "$home" --project online-retail --quiet >/dev/null
load_of_machine

# ready: from the start of the process to the first answer of /health
cat >"$work/ready.py" <<'PY'
import http.client, subprocess, sys, time
begun = time.monotonic()
server = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
line = server.stdout.readline()
http_ = http.client.HTTPConnection(line.split("//")[1].strip())
http_.request("GET", "/health")
assert http_.getresponse().status == 200
print(round((time.monotonic() - begun) * 1000))
server.terminate()
server.wait()
PY
for _ in $(seq $((runs * 3))); do python3 "$work/ready.py" "$STARLING_BIN" serve --home "$home" --port 0 >>"$work/ready"; done
printf 'ready after start                               %5d ms   goal < 200\n' "$(median <"$work/ready")"

"$STARLING_BIN" serve --home "$home" --port 0 >"$work/out" 2>/dev/null &
server=$!
children+=("$server")
for _ in $(seq 200); do grep -qs ollowing "$work/out" && break; sleep 0.05; done
url=$(sed -n 's/^Serving //p' "$work/out")
sleep 3
printf 'memory when idle, two projects                  %5d MB   goal < 100\n' $(($(awk '/VmRSS/ { print $2 }' /proc/$server/status) / 1024))

body='{"project":"retail","query":{"measures":["revenue"],"dimensions":["ship_to.region"]}}'
curl -sS -o "$work/answer" -H 'Content-Type: application/json' -d "$body" "$url/api/v1/query"
curl -sS -o "$work/answer" -H 'Content-Type: application/json' -d "$body" "$url/api/v1/query"
printf 'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [[%s]]\n' "$body" >"$work/post.lua"
mkfifo "$work/stdin"
"$STARLING_BENCH/bare_http" "$work/answer" <"$work/stdin" >"$work/port" &
children+=("$!")
exec 3>"$work/stdin"
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.05; done
rate() { wrk -t1 -c16 -d"$each" -s "$work/post.lua" "$1" | tee "$work/wrk" | awk '/Requests\/sec/ { print $2 }'; }
for _ in $(seq "$runs"); do
    rate "http://127.0.0.1:$(cat "$work/port")/api/v1/query" >>"$work/bare"
    rate "$url/api/v1/query" >>"$work/ours"
    ! grep -q Non-2xx "$work/wrk" || { echo "some were refused"; exit 1; }
done
paste "$work/ours" "$work/bare" | awk '{ print $1 / $2 * 100 }' >"$work/ratio"
printf 'answers given again a second                    %5.0f      bare libmicrohttpd %.0f\n' "$(median <"$work/ours")" "$(median <"$work/bare")"
printf 'of it                                           %5.0f %%    goal >= 60\n' "$(median <"$work/ratio")"
python3 - "$home"/log/access.log* <<'PY'
import json, sys
ms = sorted(json.loads(line)["ms"] for path in sys.argv[1:] for line in open(path) if '"kept":true' in line)
print("time at the server of one that is given again    %.3f ms p50, %.3f ms p99   goal < 1" % (ms[len(ms) // 2], ms[len(ms) * 99 // 100]))
PY
asked='{"project":"retail","question":"revenue by segment and year"}'
for _ in $(seq 20); do curl -sS -o /dev/null -w '%{time_total}\n' -H 'Content-Type: application/json' -d "${asked%\}},\"timeout\":$((RANDOM + 1))}" "$url/api/v1/ask"; done >"$work/ask"
for _ in $(seq 20); do curl -sS -o /dev/null -w '%{time_total}\n' -H 'Content-Type: application/json' -d "${body%\}},\"timeout\":$((RANDOM + 1))}" "$url/api/v1/query"; done >"$work/query"
printf 'a question computed                              %4.1f ms\n' "$(median <"$work/ask" | awk '{ print $1 * 1000 }')"
printf 'a query computed                                 %4.1f ms\n' "$(median <"$work/query" | awk '{ print $1 * 1000 }')"
exec 3>&-
