#!/usr/bin/env bash
# tools/eval_home.sh, on files of a line or two: made, left alone, made anew when a file changes; and what it refuses.
. "$(dirname "$0")/common.sh"
export STARLING_BIN

eval_home=$source_folder/tools/eval_home.sh
mkdir -p data/superstore data/online-retail data/pricing
cat >orders.csv <<'CSV'
Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,City,State,Country,Postal Code,Market,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit,Shipping Cost,Order Priority
1,A-1,01-02-2014,03-02-2014,First Class,C-1,Ada,Consumer,Rome,Lazio,Italy,,EU,South,P-1,Furniture,Chairs,Stool,100.5,2,0,20,5,High
CSV
cat >weekly.csv <<'CSV'
store,brand,week,logmove,constant,price1,price2,price3,price4,price5,price6,price7,price8,price9,price10,price11,deal,feat,profit
2,1,40,6.4614681764,1,0.05,0.05,0.05,0.05,0.05,0.05,0.05,0.05,0.05,0.05,0.05,1,0,25
CSV
gzip <orders.csv >data/superstore/orders.csv.gz
printf 'Returned,Order ID,Region\nYes,A-1,South\n' >data/superstore/returns.csv
printf 'Person,Region\nEva,South\n' >data/superstore/people.csv
printf 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,S,Cup,2,2011-01-01 10:00:00,1.5,17.0,France\n' |
    gzip >data/online-retail/online_retail.csv.gz
gzip <weekly.csv >data/pricing/orange_juice_weekly.csv.gz
refuses 1 "store_demographics.csv is not there; name the folder that holds the data sets" "$eval_home" home data
printf 'STORE,AGE60,EDUC,ETHNIC,INCOME,HHLARGE,WORKWOM,HVAL150,SSTRDIST,SSTRVOL,CPDIST5,CPWVOL5\n2,0.2,0.2,0.1,10.5,0.1,0.3,0.4,2,1,2,0.4\n' >data/pricing/store_demographics.csv
refuses 1 "name the folder to make: make eval-home OUT=DIR" "$eval_home"
mkdir other && echo mine >other/file
refuses 1 "other is there and was not made by this script" "$eval_home" other data
[ "$(cat other/file)" = mine ] || fail "a folder of somebody else was touched"

# revenues SUPERSTORE ONLINE_RETAIL PRICING
revenues() {
    local project want=("$@") n=0
    for project in superstore online_retail pricing; do
        runs "$starling" query '{"measures":["revenue"]}' --home home --project $project --json
        json "d['rows'] == [[${want[n]}]]"
        n=$((n + 1))
    done
}
runs "$eval_home" home data
says "has the projects superstore, online_retail and pricing; it took "
revenues 100.5 3 32 # ten bottles of 64 ounces at 5 cents an ounce
runs "$eval_home" home data
runs "$starling" status --home home --json
json '[p["data_version"] for p in d["projects"]] == [1, 1, 1]'
sed '2s/100.5/90/' orders.csv | gzip >data/superstore/orders.csv.gz
runs "$eval_home" home data
revenues 90 3 32
echo "$passed passed, 0 failed"
