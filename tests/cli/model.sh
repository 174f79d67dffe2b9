#!/usr/bin/env bash
# The model as people see it, its accepted versions, and queries to earlier ones; what check and apply refuse.
. "$(dirname "$0")/common.sh"

cat >small.csv <<'CSV'
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,Alpha,2,2011-01-03 10:00:00,1.5,17850.0,France
C2,B,Beta,-1,2011-02-03 10:00:00,2.25,,France
CSV
cp -r "$source_folder/packs/online-retail" own
sed -i '/sample:/d; s/^name: .*/name: own/' own/pack.yaml
printf '<svg xmlns="http://www.w3.org/2000/svg"/>' >own/logo.svg
echo '  logo: logo.svg' >>own/pack.yaml
runs "$starling" init home --pack ./own --project own
pack=home/projects/own/pack/pack.yaml
cmp own/logo.svg home/projects/own/pack/logo.svg || fail "the logo did not come along"
runs "$starling" model check --home home
says "No data yet"
runs "$starling" load invoices=small.csv --home home
runs "$starling" sync --home home
cd home
pack=projects/own/pack/pack.yaml

# --- what can be asked
runs "$starling" model show
says "Quantity times unit price over all lines, net of cancellations."
says "Rules:"
says "Which articles sell best?"
runs "$starling" model show --format csv
head -1 out.txt | grep -qx "kind,name,title,type,description" || fail "the header is $(head -1 out.txt)"
grep -q '^measure,revenue,Revenue,"decimal(38,3)"' out.txt || fail "no revenue in $(cat out.txt)"
runs "$starling" model show --json
json 'd["version"] == 1 and d["ui"]["logo"] == "logo.svg" and len(d["rules"]) > 3 and len(d["questions"]) == 3'
json 'd["questions"][0]["query"] == "{\"measures\":[\"revenue\",\"orders\"],\"time\":{\"dimension\":\"invoice_date\",\"grain\":\"month\"}}"'
json '[m["pii"] for m in d["members"] if "pii" in m] == ["id_number"]'
json '{m["name"]: m for m in d["members"]}["revenue"]["facts"] == ["invoice_line"]'
runs "$starling" model show revenue
says "Definition:  sum(amount)"
says "Also called: sales, turnover, net revenue, net sales"
runs "$starling" model show revenue --json
json 'd["format"] == "currency" and d["unit"] == "GBP" and d["synonyms"][0] == "sales" and d["of"] == "invoice_line"'
runs "$starling" model show --json
json 'd["ui"]["number_locale"] == "en-GB" and d["ui"]["home"]["measures"][0] == "revenue" and d["ui"]["home"]["period"] == "past 13 weeks"'
json '[(t.get("measure"), t["dimension"], t["order"]) for t in d["ui"]["home"]["tops"]][1:] == [(None, "country", "desc"), ("returned_units", "description", "desc")]'
json '{m["name"]: m for m in d["members"]}["returned_units"]["better"] == "down"'
runs "$starling" model show customer --json
json 'd["kind"] == "dimension" and [m["name"] for m in d["members"]] == ["customer.id", "known_customer"]'
runs "$starling" model show invoice_line.country --json
json 'd["name"] == "country"'
refuses 2 "did you mean 'revenue'?" "$starling" model show revenu

# --- a new version: other measures over the same warehouse
sed -i 's/expr: sum(amount)$/expr: 2 * sum(amount)/; /^  first_order:/,/^    synonyms/d' "$pack"
runs "$starling" model apply --comment 'twice' --json
json 'd["version"] == 2 and d["measures_changed"] == 1 and d["measures_removed"] == 1 and d["measures_added"] == 0 and d["is_warehouse_same"]'
runs "$starling" model apply
says "Model version 2 has this text already."
runs "$starling" model check
says "not built by this model yet"
runs "$starling" model log
says "twice"
runs "$starling" model log --json
json '[[r[0], r[3], r[4]] for r in d["versions"]["rows"]] == [[2, "twice", True], [1, "init", False]]'
json "{r[2] for r in d['versions']['rows']} == {'$(id -un)'}"
runs "$starling" model text 1
says "expr: sum(amount)"
runs "$starling" model text --json
json 'd["version"] == 2 and "2 * sum(amount)" in d["text"]'
refuses 4 "has no model of version 9" "$starling" model text 9
runs "$starling" query '{"measures":["revenue"]}' --json
json 'd["rows"] == [[1.5]] and d["model_version"] == 2'
runs "$starling" query '{"model":1,"measures":["revenue","first_order"]}' --json
json 'd["rows"][0][0] == 0.75 and d["model_version"] == 1'
runs "$starling" explain '{"model":1,"measures":["revenue"]}' --json
json '"\"model\":1" in d["query"]'
runs "$starling" query '{"model":1,"measures":["revenue"],"time":{"range":"this year"}}' --json
json 'd["rows"] == [[0.75]] and d["model_version"] == 1'
refuses 2 "did you mean 'last_order'?" "$starling" query '{"measures":["first_order"]}'
refuses 4 "has no model of version 9" "$starling" query '{"model":9,"measures":["revenue"]}'

# --- a version that needs another warehouse
sed -i 's/expr: cast(quantity \* unit_price/expr: cast(2 * quantity * unit_price/; s/expr: 2 \* sum(amount)/expr: sum(amount)/' "$pack"
runs "$starling" model apply --json
json 'd["version"] == 3 and not d["is_warehouse_same"]'
runs "$starling" sync
refuses 4 "its column 'invoice_line.amount' has changed" "$starling" query '{"model":1,"measures":["revenue"]}'
runs "$starling" query '{"model":3,"measures":["revenue"]}' --json
json 'd["rows"] == [[1.5]]'

# --- what is refused, all of it at once
cp "$pack" kept.yaml
sed -i 's/measures: \[revenue, units\]/measures: [revenu, units]/' "$pack"
rm projects/own/pack/logo.svg
refuses 2 "2 errors" "$starling" model check
says "question 'Which articles sell best?'"
says "the logo 'logo.svg' is not in the pack's folder"
refuses 2 "2 errors" "$starling" model apply
sed -i 's/^calendar:/kalender:/' "$pack"
refuses 2 "2 errors" "$starling" model check
says "unknown key 'kalender'"
says "the logo 'logo.svg' is not in the pack's folder"
says "Questions, the home page and the data are looked at when the text has no errors."
sed -i 's/logo: logo.svg/logo: logo.bmp/' "$pack"
refuses 2 "2 errors" "$starling" model check
says "'logo.bmp' must be an image beside pack.yaml"
cp kept.yaml "$pack" && cp ../own/logo.svg projects/own/pack/
sed -i 's/period: past 13 weeks/period: past 13 weaks/' "$pack"
refuses 2 "1 error" "$starling" model check
says ":13: the home page's period: time.range: 'past 13 weaks' is no period"
refuses 2 "1 error" "$starling" model apply
sed -i 's/period: past 13 weaks/compare: the year before/' "$pack"
refuses 2 "1 error" "$starling" model check
says "what the home page compares with:"
cp kept.yaml "$pack"
runs "$starling" model check
says "nothing to complain about"
echo "$passed passed, 0 failed"
