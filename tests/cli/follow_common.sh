# Sourced by the tests of a home that `sync --follow` holds: a home with two projects in a folder with a long path, and the holder.
. "$(dirname "$0")/common.sh"
holder=
trap '[ -z "$holder" ] || kill -9 $holder 2>/dev/null || true; rm -rf "$work"' EXIT

# a home whose path is longer than the name of a socket may be
deep=$(printf 'long %.0s' {1..40})
mkdir "$deep"
home="$work/$deep/home"
[ ${#home} -gt 200 ] || fail "the path has only ${#home} bytes"

python3 - <<'PY'
head = "Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,City,State,Country,Postal Code,Market,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit,Shipping Cost,Order Priority"
def rows(name, n):
    with open(name, "w") as f:
        f.write(head + "\n")
        for i in range(n):
            f.write("%d,O-%d,%02d-01-2013,%02d-02-2013,First Class,C-%d,Ann %d,Consumer,Paris,Paris,France,,EU,Central,P-%d,Furniture,Chairs,Chair %d,%d.5,2,0.1,3.25,1.5,High\n"
                    % (i, i, i % 28 + 1, i % 28 + 1, i % 500, i % 500, i % 300, i % 300, i % 100))
rows("lines.csv", 1000)
rows("more.csv", 10000)
open("bad.csv", "w").write(head + "\n1,O-1,not a date" + "," * 21 + "\n")
open("small.csv", "w").write("""InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Alpha,2,2011-01-03 10:00:00,1.5,17850.0,France
C2,B,Beta,-1,2011-02-03 10:00:00,2.25,,France
""")
open("question.json", "w").write('{"measures":["revenue","order_lines"],"dimensions":["customer.segment"]}')
PY
mkdir own && sed 's/^  units:/  pieces_moved:/; s/"units"/"pieces_moved"/; s/, units\]/, pieces_moved]/; /sample:/d' "$source_folder/packs/online-retail/pack.yaml" >own/pack.yaml

runs "$starling" init "$home" --pack retail
runs "$starling" init "$home" --pack ./own --project invoices
runs "$starling" load orders=lines.csv --home "$home" --project retail
runs "$starling" load invoices=small.csv --home "$home" --project invoices

# waits WORDS…: until the command holds, at most 20 s
waits() {
    local n
    for n in $(seq 400); do
        if "$@"; then return 0; fi
        sleep 0.05
    done
    fail "not within 20 s: $* ($(cat follow.out follow.err 2>/dev/null))"
}

# follows OPTIONS…: starts the holder and waits until it is ready
follows() {
    "$starling" sync --follow --home "$home" "$@" >follow.out 2>follow.err &
    holder=$!
    waits grep -q ollowing follow.out
    ok
}

# ends: the holder, by SIGTERM; it leaves nothing
ends() {
    local code=0
    kill -TERM $holder
    wait $holder || code=$?
    holder=
    [ "$code" = 0 ] || fail "the holder ended with $code: $(cat follow.err)"
    [ ! -e "$home/.socket" ] || fail "a socket is left"
    ok
}
