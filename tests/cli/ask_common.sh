# Sourced, after common.sh, by the tests that ask sets of questions: projects to ask, answers, scores.
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$source_folder/tests/tools
datasets=$shared/data

# has_datasets: those that the gold SQL is about are here
has_datasets() {
    local file
    for file in tools/build_gold_db.py data/superstore/orders.csv.gz data/online-retail/online_retail.csv.gz data/pricing/orange_juice_weekly.csv.gz; do
        [ -e "$shared/$file" ] || return 1
    done
}

# loaded HOME PROJECT PACK INPUT=FILE…: a project with those files, in step
loaded() {
    local home=$1 project=$2 pack=$3
    shift 3
    runs "$starling" init "$home" --pack "$pack" --project "$project" --quiet
    runs "$starling" load "$@" --home "$home" --project "$project" --quiet
    runs "$starling" sync --home "$home" --project "$project" --quiet
}

# answers SET ANSWERS HOME: a line for every question, whatever comes of it
answers() {
    runs "$starling" eval "$1" --answers "$2" --home "$3"
    [ "$(wc -l <"$2")" = "$(wc -l <"$1")" ] || fail "$1 has $(wc -l <"$1") questions and $(wc -l <"$2") answers"
}
