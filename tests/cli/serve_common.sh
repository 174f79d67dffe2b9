# Sourced by the tests of `serve`: a home with two small projects, the server on a free port, and ways to ask it.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
server=
trap '[ -z "$server" ] || kill -9 $server 2>/dev/null || true; rm -rf "$work"' EXIT
command -v curl >/dev/null || skip "no curl"
home=$work/home

cat >small.csv <<'CSV'
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Alpha,2,2011-01-03 10:00:00,1.5,17850.0,France
2,A,Alpha,3,2011-01-04 10:00:00,1.5,17851.0,France
C2,B,Beta,-1,2011-02-03 10:00:00,2.25,,France
CSV
sed 's/Alpha/Gamma/; s/^1,/7,/' small.csv >other.csv

# made: a home with the projects invoices and others, both in step
made() {
    runs "$starling" init "$home" --pack online-retail --project invoices
    runs "$starling" init "$home" --pack online-retail --project others
    runs "$starling" load invoices=small.csv --home "$home" --project invoices
    runs "$starling" load invoices=other.csv --home "$home" --project others
    runs "$starling" sync --home "$home" --project invoices
    runs "$starling" sync --home "$home" --project others
}

# waits WORDS…: until the command holds, at most 20 s
waits() {
    local n
    for n in $(seq 400); do
        if "$@"; then return 0; fi
        sleep 0.05
    done
    fail "not within 20 s: $* ($(cat serve.out serve.err 2>/dev/null))"
}

# serves OPTIONS…: starts the server on a free port; $url is its address
serves() {
    "$starling" serve --home "$home" --port 0 "$@" >serve.out 2>serve.err &
    server=$!
    waits grep -q '^Serving ' serve.out
    url=$(sed -n 's/^Serving //p' serve.out)
    ok
}

# ends: the server, by SIGTERM; it leaves nothing
ends() {
    local code=0
    kill -TERM $server
    wait $server || code=$?
    server=
    [ "$code" = 0 ] || fail "the server ended with $code: $(cat serve.err)"
    [ ! -e "$home/.socket" ] || fail "a socket is left"
    ok
}

# asks STATUS PATH [CURL OPTIONS…]: what comes is in out.txt, its headers in head.txt
asks() {
    local want=$1 path=$2 got
    shift 2
    : >out.txt
    got=$(curl -sS -m 30 -o out.txt -D head.txt -w '%{http_code}' --path-as-is "$@" "$url$path") || fail "curl: $path"
    [ "$got" = "$want" ] || fail "$path: status $got, not $want: $(head -c 2000 out.txt)"
    ok
}

# posts STATUS OPERATION JSON [CURL OPTIONS…]
posts() {
    local want=$1 path=$2 body=$3
    shift 3
    asks "$want" "/api/v1/$path" -H 'Content-Type: application/json' --data-binary "$body" "$@"
}

# has HEADER: a header of the last answer, by a pattern in any case
has() {
    tr -d '\r' <head.txt | grep -qiE -- "$1" || fail "no header $1 in: $(cat head.txt)"
    ok
}

# lacks HEADER
lacks() {
    if tr -d '\r' <head.txt | grep -qiE -- "$1"; then fail "a header $1 in: $(cat head.txt)"; fi
    ok
}

# problem CODE TEXT: the last answer is a problem of that code, whose detail holds the text
problem() {
    has '^content-type: application/problem\+json'
    json "d['code'] == '$1'"
    says "$2"
}
