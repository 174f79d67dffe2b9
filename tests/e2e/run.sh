#!/usr/bin/env bash
# The web app in a real browser, against a real server: makes a home from the packs' own samples, then runs *.test.mjs.
# Skipped without Chromium, a Node of 20.19 or later, or the packages of npm. No figure of speed decides: bench/85_page.sh has them.
# The page is the one in the program; STARLING_WEB_DIR=web/dist shows another.
#   tests/e2e/run.sh [FILE.test.mjs …]
. "$(dirname "$0")/../cli/common.sh"
. "$source_folder/tests/e2e/browser.sh"

home=$work/home
runs "$starling" init "$home" --pack retail --sample
runs "$starling" sync --home "$home" --project retail
# A pack of its own: no data yet, a logo, and a home page that is not that of online-retail.
mkdir own
sed -e '/sample:/d' -e 's/^name: .*/name: own/' -e '/^  number_locale:/,$d' "$source_folder/packs/online-retail/pack.yaml" >own/pack.yaml
cat >>own/pack.yaml <<'YAML'
  logo: logo.svg
  number_locale: de-DE
  home:
    measures: [units, orders, cancellation_rate]
    trend: orders
    tops:
      - {measure: revenue, dimension: country, limit: 3, order: asc}
    period: last 3 months
    compare: none
YAML
echo '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 24"><rect width="96" height="24" rx="4"/></svg>' >own/logo.svg
runs "$starling" init "$home" --pack ./own --project empty
runs "$starling" init "$home" --pack ./own --project own
printf '%s\n' InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country >small.csv
for day in 2011-07-05 2011-08-05 2011-09-05 2011-10-05; do
    printf '%s\n' "1$day,A,Alpha,1200,$day 10:00:00,1.5,1,France" "C$day,A,Alpha,-5,$day 11:00:00,1.5,1,Spain" >>small.csv
done
runs "$starling" load invoices=small.csv --home "$home" --project own
runs "$starling" sync --home "$home" --project own
runs "$starling" sync --home "$home" --project empty

export STARLING_E2E_HOME=$home
if [ $# = 0 ]; then set -- "$e2e"/*.test.mjs; fi
"$node" --test --test-concurrency=1 --test-reporter=spec "$@"
