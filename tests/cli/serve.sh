#!/usr/bin/env bash
# `serve`: operations as routes, errors as problems, who may ask, conditional and compressed answers, jobs, events, and its end.
. "$(dirname "$0")/serve_common.sh"
made
refuses 5 "would answer other machines" "$starling" serve --home "$home" --host 0.0.0.0
refuses 5 "would answer other machines" "$starling" serve --home "$home" --host example.com
refuses 2 "a port is a number" "$starling" serve --home "$home" --port 70000
refuses 4 "there is no folder" "$starling" serve --home "$home" --web-dir ./none
serves
revenue='{"project":"invoices","query":{"measures":["revenue"],"dimensions":["invoice_line.country"]}}'

# --- the other commands of the home go on, and nobody else can serve it
runs "$starling" query '{"measures":["revenue"]}' --home "$home" --project invoices --json
refuses 4 "follows" "$starling" serve --home "$home" --port 0
runs "$starling" init "$work/second" --pack online-retail
refuses 6 "is taken by another process" "$starling" serve --home "$work/second" --port "${url##*:}"

# --- the page, whose scripts and styles are files of ours
asks 200 /
has "^content-security-policy: .*script-src 'self'; style-src 'self';"

# --- the logo of a pack: the one file that it names, which cannot run anything
mkdir looks
sed '/sample:/d; s/^name: .*/name: looks/' "$source_folder/packs/online-retail/pack.yaml" >looks/pack.yaml
echo '  logo: logo.svg' >>looks/pack.yaml
echo '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>' >looks/logo.svg
runs "$starling" init "$work/third" --pack ./looks
asks 404 /api/v1/projects/invoices/logo
says "the pack has no logo"
asks 404 /api/v1/projects/nobody/logo
asks 404 /api/v1/projects/..%2Finvoices/logo
asks 405 /api/v1/projects/invoices/logo -X POST
ends
home=$work/third serves
asks 200 /api/v1/projects/looks/logo
cmp -s out.txt looks/logo.svg || fail "the logo is another"
has '^content-type: image/svg\+xml'
has '^x-content-type-options: nosniff'
has "^content-security-policy: default-src 'none';.* sandbox"
tag=$(tr -d '\r' <head.txt | sed -n 's/^[Ee][Tt]ag: //p')
asks 304 /api/v1/projects/looks/logo -H "If-None-Match: $tag"
third=$work/third/projects/looks/pack
printf 'GIF89a' >"$third/logo.svg"
asks 422 /api/v1/projects/looks/logo
rm "$third/logo.svg" && ln -s /etc/passwd "$third/logo.svg"
if curl -s "$url/api/v1/projects/looks/logo" | grep -q root:; then fail "a file of the machine went out as a logo"; fi
home=$work/third ends
serves

# --- operations
posts 200 query "$revenue"
has '^content-type: application/json'
has '^x-request-id: [0-9a-f]{16}$'
has '^x-content-type-options: nosniff'
has '^cache-control: no-store'
json 'd["rows"] == [["France", 5.25]] and d["data_version"] == 1'
first=$(cat out.txt)
posts 200 query "$revenue"
[ "$(sed 's/"data_age_s":[0-9]*//' <<<"$first")" = "$(sed 's/"data_age_s":[0-9]*//' out.txt)" ] || fail "an answer that is given again is another"
has '^content-length:'
asks 200 '/api/v1/query?project=invoices&query=%7B%22measures%22%3A%5B%22revenue%22%5D%7D'
json 'd["rows"] == [[5.25]]'
posts 200 query '{"project":"others","query":{"measures":["revenue"]}}'
posts 200 query "${revenue%\}},\"format\":\"csv\"}"
has '^content-type: text/csv'
says 'France,5.25'
posts 200 query "$revenue" -H 'Accept: text/csv'
says 'France,5.25'
posts 200 query "${revenue%\}},\"sql\":true}"
json '"SELECT" in d["sql"]'

# --- what a result says of itself: the picture that suits it, what is left out; and that picture
posts 200 query "$revenue"
json 'd["chart"] == {"kind": "kpi", "x": "invoice_line.country", "y": ["revenue"], "series": None, "stacked": False}'
by_customer='{"project":"invoices","query":{"measures":["revenue"],"dimensions":["customer.id"]}}'
posts 200 query "$by_customer"
json 'd["chart"]["kind"] == "bar" and d["chart"]["x"] == "customer.id" and d["chart"]["y"] == ["revenue"]'
json 'd["left_out"][0]["text"] == "1 invoice line without a customer is not shown." and d["left_out"][0]["measures"]["revenue"] == -2.25'
left_out=$(python3 -c 'import json; print(json.load(open("out.txt"))["left_out"][0]["text"])')
posts 200 ask '{"project":"invoices","question":"revenue by customer id"}'
json 'd["left_out"][0]["text"] == "'"$left_out"'" and d["chart"]["x"] == "customer.id"'
posts 200 query '{"project":"invoices","query":{"rows":["invoice_line.country"]}}'
json 'd["chart"] == {"kind": "table", "x": None, "y": [], "series": None, "stacked": False}'
for _ in new kept; do
    posts 200 query "${by_customer%\}},\"format\":\"svg\"}"
    has '^content-type: image/svg\+xml'
    has "^content-security-policy: default-src 'none'"
    says '</svg>'
    ! grep -q '"rows"' out.txt || fail "a document around the picture"
done
posts 200 ask '{"project":"invoices","question":"revenue by customer id"}' -H 'Accept: image/avif,image/svg+xml,*/*;q=0.8'
says '<svg'
posts 200 ask '{"project":"invoices","question":"revenue by customer id"}' -H 'Accept: text/html,image/svg+xml'
json 'd["status"] == "answered"'
posts 400 query '{"project":"invoices","query":{"rows":["invoice_line.country"]},"format":"svg"}'
problem unsupported ''
posts 400 explain "${by_customer%\}},\"format\":\"svg\"}"
problem invalid 'format takes json here'

posts 200 explain "$revenue"
json 'd["rows_returned"] == 1'
posts 200 ask '{"project":"invoices","question":"revenue by country"}'
json 'd["status"] == "answered" and d["rows"] == [["France", 5.25]]'
posts 200 ask '{"project":"invoices","question":"and in february 2011","before":["revenue by country"]}'
json 'd["query"]["time"]["range"] == "2011-02"'
posts 200 ask '{"project":"invoices","question":["revenue"],"explain":true}'
json '"trace" in d'
asks 200 '/api/v1/model?project=invoices'
json 'd["project"] == "invoices" and any(m["name"] == "revenue" and m["kind"] == "measure" for m in d["members"])'
asks 200 /api/v1/projects
json '[p["name"] for p in d["projects"]] == ["invoices", "others"] and d["projects"][0]["ui"]["title"]'
asks 200 /api/v1/status
json 'd["projects"][0]["data_version"] == 1'
asks 200 '/api/v1/runs?project=invoices&limit=1'
json 'len(d["runs"]["rows"]) == 1'
asks 200 /api/v1/version
asks 200 /health
json 'd["status"] == "ok" and len(d["projects"]) == 2 and d["cache"]["hits"] >= 1'
asks 200 /health -I
asks 200 /metrics
says 'starling_requests_total{operation="query",status="2xx"}'
says 'starling_cache_hits_total'

# --- feedback and history
posts 200 feedback '{"project":"invoices","question":"revenue by country","verdict":"up","comment":"yes"}'
asked() { posts 200 questions '{"project":"invoices"}' && grep -q '"revenue by country","before":\[\],"status":"answered"' out.txt; }
waits asked
json '[q["verdict"] for q in d["asked"] if q["question"] == "revenue by country"] == ["up"]'
json 'any(q["question"] == "and in february 2011" and q["before"] == ["revenue by country"] for q in d["asked"])'
# what is given again from what is kept counts as well
for _ in 1 2 3 4 5; do posts 200 ask '{"project":"invoices","question":"units by country"}'; done
posts 200 ask '{"project":"invoices","question":"units by country"}' -H 'Accept-Encoding: gzip'
times() { posts 200 questions '{"project":"invoices"}' && python3 -c 'import json, sys; sys.exit([q["times"] for q in json.load(open("out.txt"))["asked"] if q["question"] == "units by country"] != [6])'; }
waits times
posts 400 feedback '{"project":"invoices","question":"revenue by country","verdict":"great"}'
problem invalid 'up|down|none'

# --- errors
posts 400 query '{"project":"invoices","query":{"measures":["revenu"]}}'
problem unknown_name "did you mean 'revenue'?"
json 'd["status"] == 400 and d["at"] == "measures[0]" and d["type"] == "/docs#error-unknown_name"'
posts 400 query '{"project":"invoices","queri":{}}'
problem unknown_name "did you mean 'query'?"
posts 400 query '{"project":"invoices"}'
problem invalid 'needs query'
posts 400 query '{"project":'
problem invalid ''
posts 400 query '[1]'
problem invalid 'must be a JSON object'
posts 400 query '{"project":7}'
problem invalid 'project takes a text'
posts 400 runs '{"project":"invoices","limit":"many"}'
problem invalid 'whole number'
posts 400 query "${revenue%\}},\"timeout\":0}"
problem invalid 'timeout takes seconds'
posts 400 query '{"query":{"measures":["revenue"]}}'
problem invalid 'several projects'
posts 404 query '{"project":"third","query":{"measures":["revenue"]}}'
problem not_found "there is no project 'third'"
posts 504 query '{"project":"invoices","query":{"measures":["units"]},"timeout":0.000001}'
problem timeout 'time limit'
pack=$home/projects/invoices/pack/pack.yaml
cp "$pack" right.yaml
sed -i 's/format: currency/format: money/' "$pack"
posts 400 model/check '{"project":"invoices"}'
problem invalid 'errors'
json 'len(d["findings"]) >= 2 and all(f["severity"] == "error" and f["line"] and f["column"] and f["message"] and f["file"] for f in d["findings"])'
cp right.yaml "$pack"
posts 200 model/check '{"project":"invoices"}'
posts 403 model/check '{"project":"invoices","pack":"./own"}'
problem denied 'not a folder'
asks 405 /api/v1/sync
has '^allow: POST$'
problem unsupported ''
asks 405 /api/v1/query -X DELETE
has '^allow: GET, HEAD, POST$'
asks 405 /health -X POST -d ''
asks 415 /api/v1/query --data-binary "$revenue"
problem unsupported 'Content-Type: application/json'
for path in /api/v1/load /api/v1/init /api/v1/serve /api/v1/nothing /api/query /api/v1/query/execute /api/v1/queries/ /api/v1/datasets /api/v1/reports; do
    asks 404 $path
    problem not_found ''
done
posts 200 query "$revenue" -H 'X-Request-Id: my-id.7'
has '^x-request-id: my-id\.7$'
posts 200 query "$revenue" -H 'X-Request-Id: not one'
lacks '^x-request-id: not'

# --- who may ask
asks 403 /health -H 'Host: example.com'
problem denied 'names another host'
asks 403 /health -H "Host: 127.0.0.1:1"
asks 200 /health -H "Host: localhost:${url##*:}"
posts 403 query "$revenue" -H 'Origin: http://example.com'
problem denied 'other sites'
posts 403 query "$revenue" -H 'Origin: null'
posts 403 query "$revenue" -H 'Origin: http://127.0.0.1:1'
posts 200 query "$revenue" -H "Origin: $url"
lacks '^access-control-allow-origin'
asks 403 '/api/v1/status' -H 'Sec-Fetch-Site: cross-site'
asks 403 '/api/v1/status' -H 'Sec-Fetch-Site: same-site'
asks 200 '/api/v1/status' -H 'Sec-Fetch-Site: same-origin'

# --- conditional and compressed
asks 200 '/api/v1/model?project=invoices'
tag=$(tr -d '\r' <head.txt | sed -n 's/^[Ee][Tt]ag: //p')
[ -n "$tag" ] || fail "no ETag"
asks 304 '/api/v1/model?project=invoices' -H "If-None-Match: \"x\", $tag"
[ ! -s out.txt ] || fail "a body with 304"
asks 200 '/api/v1/model?project=others' -H "If-None-Match: $tag"
asks 200 '/api/v1/model?project=invoices' -H 'Accept-Encoding: gzip'
has '^content-encoding: gzip'
gzip -dc <out.txt | python3 -c 'import json, sys; json.load(sys.stdin)' || fail "not gzip"
asks 200 '/api/v1/model?project=invoices' -H 'Accept-Encoding: gzip;q=0, br'
lacks '^content-encoding'
posts 200 ask '{"project":"invoices","question":"revenue by country and month"}' -H 'Accept-Encoding: br, gzip'
has '^content-encoding: gzip'
gzip -dc <out.txt | python3 -c 'import json, sys; json.load(sys.stdin)' || fail "not gzip"

# --- the page (none is built in, or one is) and the contract
asks 200 /
has "^content-security-policy: default-src 'none'; script-src 'self';"
has '^x-frame-options: DENY'
asks 200 /explore/of/the/page
asks 200 /docs
says '/api/v1/model/check'
says "id='error-unknown_name'"
asks 200 /api/v1/openapi.json
cmp -s out.txt "$source_folder/api/openapi.json" || fail "api/openapi.json is not what the server says; run: starling openapi >api/openapi.json"
for path in /../etc/passwd /assets/../../etc/passwd '/%2e%2e/etc/passwd' '/..%2f..%2fetc%2fpasswd' /.hidden '/a\..\b' //etc/passwd; do
    asks 404 "$path"
done

# --- a job
posts 202 sync '{"project":"invoices"}'
has '^location: /api/v1/jobs/[0-9a-f]{16}$'
job=$(python3 -c 'import json; print(json.load(open("out.txt"))["id"])')
ended() { asks 200 "/api/v1/jobs/$job" && grep -q '"ended_at"' out.txt; }
waits ended
json 'd["status"] == "done" and d["result"]["project"] == "invoices" and d["operation"] == "sync"'
asks 200 "/api/v1/jobs/$job/events"
says 'event: end'
asks 200 /api/v1/jobs
json 'd["jobs"][0]["id"] == "'$job'"'
asks 200 "/api/v1/jobs/$job" -X DELETE
asks 404 /api/v1/jobs/none
asks 404 /api/v1/jobs/none/events
posts 202 sync '{"project":"third"}'
job=$(python3 -c 'import json; print(json.load(open("out.txt"))["id"])')
waits ended
json 'd["status"] == "failed" and d["error"]["code"] == "not_found"'

# --- news
curl -sN -m 30 "$url/api/v1/events" >events.txt &
events=$!
waits grep -q '"others","model_version":1,"data_version":1' events.txt
{ cat small.csv; echo '3,A,Alpha,10,2011-02-05 10:00:00,1.5,17852.0,Spain'; } >more.csv
runs "$starling" load invoices=more.csv --home "$home" --project invoices
waits grep -q '"invoices","model_version":1,"data_version":2' events.txt
posts 200 query "$revenue"
json 'd["data_version"] == 2 and d["rows"][0] == ["Spain", 15]'

# --- the log says nothing of what was asked
waits grep -q '"path":"/api/v1/query"' "$home/log/access.log"
! grep -qE 'measures|revenue|project=' "$home/log/access.log" || fail "the access log tells what was asked"

# --- the end: streams are ended, nothing is left
ends
wait $events || fail "the stream was broken off"
posted=$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$url/health" || true)
[ "$posted" = 000 ] || fail "somebody still answers"
echo "$passed passed, 0 failed"
