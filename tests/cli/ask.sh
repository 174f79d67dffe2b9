#!/usr/bin/env bash
# Questions on generated data: what a person sees of an answer, what a program reads of it, and a conversation.
. "$(dirname "$0")/common.sh"

runs "$starling" init home --pack retail
runs "$starling" generate --home home --scale 0.05
runs "$starling" sync --home home
ask() { runs "$starling" ask "$@" --home home --quiet; }

# --- for people: how it was read, a sentence, notes, the table
ask "profit by catagory in 2013"
says "Read as: Profit by category in 2013"
grep -qE "^3 categories in 2013; Furniture leads in profit with \\\$[0-9,]+\.[0-9]{2}, .* is last with" out.txt || fail "no sentence: $(cat out.txt)"
says "Note: 'catagory' read as 'category'."
says "Office Supplies"
ask "total revenue in 2013"
[ "$(wc -l <out.txt)" -le 4 ] || fail "one figure needs no table: $(cat out.txt)"
grep -qE '^Revenue in 2013 was \$[0-9,]+\.[0-9]{2}\.$' out.txt || fail "no sentence: $(cat out.txt)"
ask "are there any orders in 2013?"
says "Yes: there are orders in 2013."
ask "which category had the highest profit?"
grep -qE '^Furniture had the highest profit, \$' out.txt || fail "no winner: $(cat out.txt)"
ask "revenue growth from 2012 to 2013"
says "Read as: Revenue growth from 2012 to 2013"
grep -qE '^Revenue in 2012 was \$[0-9,.]+, revenue in 2013 \$.*growth from 2012 to 2013 [0-9.]+ %\.$' out.txt || fail "growth is percent: $(cat out.txt)"

# --- without data
ask "how is margin computed?"
says "Profit margin: profit divided by revenue, in percent. Also called profitability."
ask "what can you do?"
says "revenue, profit, units"
says "region"

# --- what is not answered says so, and what would be
ask "delete all orders"
says "Questions only read data: nothing is changed by one."
says "Questions that work:"
ask "weather by region"
says "Nothing here is known as 'weather'."
says "How did each region do?"
ask "revenue in 2035"
says "No data in the time asked for; it runs from 2 January 2011 to 31 December 2014."

# --- what a reading was made of
ask "share of revenue by category" --explain
says "Chosen:"
says "slot_share"
says '"product.category"'
says "Words, what leaving each out costs, and what each may begin:"
grep -qE '^  category +[0-9.]+  attribute product\.category' out.txt || fail "no senses of a word: $(cat out.txt)"
ask "profit by catagory in 2013 for Tecnology" --explain
grep -qE "^  catagory +[0-9.]+  read as 'category'; attribute product\.category" out.txt || fail "no correction: $(cat out.txt)"
grep -qE '^  Tecnology .*value product\.category = Technology' out.txt || fail "no value: $(cat out.txt)"
ask "weather by region" --explain
says "Not understood: weather"
grep -qE '^ +[0-9.]+  "weather" left out$' out.txt || fail "nothing is left out: $(cat out.txt)"

# --- and for programs, where the costs of a reading add up
ask "top 3 catagories by profit in the consumer segment in 2013" --explain --json
json 'list(d["explain"]) == ["words", "readings"] and [w["text"] for w in d["explain"]["words"]][:4] == ["top", "3", "catagories", "by"]'
json 'all(list(w) == ["text", "read_as", "left_out_cost", "is_left_out", "senses"] for w in d["explain"]["words"])'
json '{"words": "consumer", "kind": "value", "what": "customer.segment = Consumer", "cost": 0} in d["explain"]["words"][7]["senses"]'
json 'len(d["explain"]["readings"]) == 1 + len(d["alternatives"]) - 3 * (d["status"] == "declined")'
json 'all(abs(sum(p["cost"] for p in r["slots"] + r["left_out"]) + r["parts_cost"] + r["filled_in_cost"] - r["cost"]) < 1e-9 for r in d["explain"]["readings"])'
ask "what can you do?" --explain --json
json 'len(d["explain"]["words"]) == 5'

# --- for programs: these fields, always
fields='["status", "confidence", "reading", "query", "sql", "columns", "rows", "truncated", "left_out", "answer", "chart", "notes", "ms", "alternatives"]'
for question in "revenue by category" "what can you do?" "weather by region" "revenue in 2035" "number of customers with more than 3 orders" ""; do
    ask "$question" --json
    json "list(d) == $fields"
done
ask "revenue by manager in 2013" --json
json 'd["status"] == "answered" and d["query"]["dimensions"] == ["manager.person"] and d["query"]["time"] == {"range": "2013"}'
json 'd["reading"] == "Revenue by manager in 2013" and d["sql"].startswith("SELECT") and len(d["rows"]) > 5'
json 'd["chart"] == {"kind": "horizontal_bar", "x": "manager.person", "y": ["revenue"], "series": None, "stacked": False}'
ask "monthly revenue by segment" --json
json 'd["chart"]["kind"] == "line" and d["chart"]["series"] == "customer.segment"'
ask "weather by region" --json
json 'd["status"] == "declined" and d["query"] is None and d["rows"] == [] and d["chart"] is None'
json 'len(d["alternatives"]) == 3 and d["alternatives"][0]["query"]["measures"]'
ask "revenue by category" --format csv
says "Technology,"

# --- drawn as well: in a file, in place of the answer, in characters
ask "revenue by category" --chart chart.svg
says "Technology"
says "The chart is in $PWD/chart.svg."
well_formed() { python3 -c 'import sys, xml.dom.minidom as m; d = m.parse(sys.argv[1]).documentElement; print(d.tagName, d.getAttribute("role"), *[t.firstChild.data for t in d.childNodes if t.nodeName in ("title", "desc")])' "$1"; }
well_formed chart.svg | grep -q '^svg img Revenue by category Bar chart of Revenue by Category: 3 in all. Lowest: .*: \$.* Highest: [A-Z].*: \$' ||
    fail "the chart says something else: $(well_formed chart.svg)"
ask "revenue by category" --chart -
cmp -s out.txt chart.svg || fail "the chart on the output is another"
ask "revenue by category" --chart text
grep -qE '^Technology +\$[0-9.]+ k +█+' out.txt || fail "no bars: $(cat out.txt)"
ask "revenue by category" --chart ascii
grep -qE '^Technology +\$[0-9.]+ k +#+' out.txt || fail "no bars: $(cat out.txt)"
ask "profit by customer" --chart chart.svg # more than fit in a picture
grep -q 'Not drawn: .* more, together' chart.svg || fail "what is not drawn is not told"
ask "weather by region" --chart chart.svg
says "There is no chart of this."
ask "what can you do?" --chart text
says "There is no chart of this."
printf 'revenue by category\n\n' >in.txt
runs "$starling" ask --chat --chart text --home home --quiet <in.txt
grep -q '█' out.txt || fail "a conversation has no charts: $(cat out.txt)"
refuses 2 "there is no chart: Nothing here is known as 'weather'" "$starling" ask "weather by region" --chart - --home home
refuses 2 "chart takes a file that ends in .svg, -, text or ascii, not 'chart.png'" "$starling" ask "revenue" --chart chart.png --home home
runs "$starling" query '{"measures":["revenue"],"time":{"grain":"quarter"}}' --chart quarters.svg --home home --quiet
says "2011-Q1"
well_formed quarters.svg | grep -q '^svg img Revenue by quarter Line chart' || fail "$(well_formed quarters.svg)"
runs "$starling" query '{"measures":["revenue"],"time":{"grain":"quarter"}}' --chart - --home home --quiet
cmp -s out.txt quarters.svg || fail "the chart on the output is another"
refuses 2 "no chart can be drawn of this" "$starling" query '{"dimensions":["product.category"]}' --chart - --home home

# --- a conversation: each goes on from those before; undo takes one back
talk() { runs "$starling" ask --chat --home home --quiet "$@" <in.txt; }
printf 'revenue by category\nand in 2013?\nundo\nonly Technology\n\nprofit\n' >in.txt
talk
grep '^Read as' out.txt >read.txt
diff read.txt - <<'END' || fail "the conversation went otherwise"
Read as: Revenue by category
Read as: Revenue by category in 2013
Read as: Revenue by category, where category is Technology
END
grep -qF "The last question is taken back." err.txt || fail "undo says nothing: $(cat err.txt)"
ask "and in 2013?" --before "revenue by category"
says "Read as: Revenue by category in 2013"
printf 'undo\n' >in.txt
talk
grep -qF "There is nothing to take back." err.txt || fail "undo of nothing: $(cat err.txt)"
: >in.txt
talk
[ ! -s out.txt ] || fail "nothing was asked: $(cat out.txt)"

# --- refused
refuses 2 "ask needs" "$starling" ask --home home
refuses 2 "query has no argument 'chat'" "$starling" query --chat --home home
echo "$passed passed, 0 failed"
