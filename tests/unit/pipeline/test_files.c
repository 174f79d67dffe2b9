/* What is no good in a file: each told with its place, and nothing written. */
#include "pipeline_fixture.h"

typedef struct BadFile {
    const char *input;
    const char *text;
    int line;            /* 0: none told */
    const char *message; /* how it begins */
} BadFile;

#define VISITS "At,Page,Client ID,N\n"

static const BadFile BAD_FILES[] = {
    {"orders", "Order ID,Client Name,Group Name,Order Day,Placed At,Amount,Weight,Is Open,Code,Clint ID\n", 1,
     "no column 'client_id', which table 'client' is made from ("},
    {"visits", "At,Client ID,N\n2014-01-01,C1,1\n", 1, "no column 'page', which table 'visit' is made from ("},
    {"orders", ORDERS_HEADER ORDER_1 "2,C2,Bob,New,2014-03-01,,20,,,\n", 3,
     "column 'Order Day': 1 value cannot be read as date: '2014-03-01'; a plain date reads 2014-03-07, for another form the "
     "mapping says parse_date(column, '%d-%m-%Y')"},
    {"orders", ORDERS_HEADER "1,C1,Ann,Old,31-02-2014,,1,,,\n2,C1,Ann,Old,\xC3\xA4,,1,,,\n", 2,
     "column 'Order Day': 2 values cannot be read as date: '31-02-2014' (line 2), '\xC3\xA4' (line 3); a plain date"},
    {"orders", ORDERS_HEADER "1,C1,Ann,Old,01-03-2014,,\"1,000.50\",,,\n", 2,
     "column 'Amount': 1 value cannot be read as decimal(12,2): '1,000.50'; a number has no thousands separators"},
    {"orders", ORDERS_HEADER "1,C1,Ann,Old,01-03-2014,,12345678901234,,,\n", 2,
     "column 'Amount': 1 value cannot be read as decimal(12,2)"},
    {"prices", "Code,Price\nA,1.005\n", 2,
     "column 'Price': 1 value has more decimals than decimal(8,2) keeps, which is 2: '1.005'; to round on purpose the mapping says "
     "round(cast(column as decimal(38,10)), 2)"},
    {"prices", "Code,Price\nA,1\nB,-0.001\nC,15e-3\n", 3,
     "column 'Price': 2 values have more decimals than decimal(8,2) keeps, which is 2: '-0.001' (line 3), '15e-3' (line 4)"},
    {"orders", ORDERS_HEADER "1.5,C1,Ann,Old,01-03-2014,,1,,,\n", 2,
     "column 'Order ID': 1 value cannot be read as int64: '1.5'"},
    {"orders", ORDERS_HEADER "0x1F,C1,Ann,Old,01-03-2014,,1,,,\n", 2,
     "column 'Order ID': 1 value cannot be read as int64: '0x1F'"},
    {"orders", ORDERS_HEADER "1,C1,Ann,Old,01-03-2014,,1,heavy,,\n", 2,
     "column 'Weight': 1 value cannot be read as float64: 'heavy'"},
    {"orders", ORDERS_HEADER "1,C1,Ann,Old,01-03-2014,,1,,maybe,\n", 2,
     "column 'Is Open': 1 value cannot be read as bool: 'maybe'"},
    {"orders", ORDERS_HEADER "1,C1,Ann,Old,01-03-2014,soon,1,,,\n", 2,
     "column 'Placed At': 1 value cannot be read as timestamp: 'soon'"},
    {"orders", ORDERS_HEADER "1,C1,Ann,Old,01-03-2014,,-1,,,\n", 2,
     "'amount' of table 'order' is '-1.00', against its check: amount >= 0"},
    {"visits", VISITS "2014-01-01,,C1,1\n2014-01-01,/,C1,1\n2014-01-01,,C1,1\n", 2,
     "column 'Page' is empty in 2 rows (line 2, line 4), and 'page' of table 'visit' needs a value"},
    {"orders", ORDERS_HEADER ORDER_1 "2,C1,Anna,Old,01-03-2014,,1,,,\n", 2,
     "client with id=C1 has two values of 'name': 'Ann' (line 2) and 'Anna' (line 3)"},
    {"prices", "Code,Price\nA,1\nB,2\nA,1\nB,3\nA,1.5\n", 2,
     "price with code=A has two values of 'price': '1.00' (line 2) and '1.50' (line 6); so has 1 other key"},
    {"visits", "At,Page,page,Client ID,N\n", 1,
     "the columns 'Page' and 'page' have the same name ('page' in lower case"},
    {"visits", VISITS "2014-01-01,/,C1,1\n2014-01-01,/,C1\n", 3,
     "the line has fewer cells than the header has columns"},
    {"visits", VISITS "2014-01-01,/,C1\n2014-01-01,/,C1\n", 2,
     "the line has fewer cells than the header has columns; 2 lines are like that"},
    {"visits", VISITS "2014-01-01,/,C1,1,x,y,z\n2014-01-01,/,C1,1\n2014-01-01,/,C1,1,x,y\n", 2,
     "the line has more cells than the header has columns; 2 lines are like that"},
    {"visits", VISITS "2014-01-01,/,C1,1,x\n", 2, "the line has more cells than the header has columns"},
    {"visits", VISITS "2014-01-01,\"/,C1,1\n2014-01-01,/,C1,1\n", 2,
     "the line has a quote that is not closed, or stands inside a value"},
    {"visits", VISITS "2014-01-01,\"/\"x,C1,1\n", 2,
     "the line has a quote that is not closed, or stands inside a value"},
    {"visits", VISITS "2014-01-01,caf\xE9,C1,1\n", 2,
     "the text is not UTF-8 (Latin-1 or Windows-1252, perhaps); save the file as UTF-8"},
    {"visits", "At,Page\xE9\n2014-01-01,x\n", 1, "the text is not UTF-8"},
    {"visits",
     "\xFF\xFE"
     "A",
     0, "the file is no UTF-8 text"},
    {"visits", "", 0, "the file is empty; a header line"},
    {"visits", "\n\n", 0, "the file is empty; a header line"},
    {"visits", "PK\x03\x04zip", 0, "an Excel workbook or zip archive"},
    {"visits", "<html><body>not found</body></html>\n", 1,
     "no column 'at', 'page', 'client_id', 'n', which table 'visit' is made from"},
};

TEST(bad_files_are_told_and_leave_nothing) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(&f, "visits", "good.csv", VISITS "2014-01-01,/,C9,1\n"));
    const char *before = state_of(&f);
    for (size_t i = 0; i < COUNT_OF(BAD_FILES); i++) {
        const BadFile *bad = &BAD_FILES[i];
        ErrCode code = load_text(&f, bad->input, "bad.csv", bad->text);
        if (code != ERR_DATA) fail_msg("%zu: code %d: %s (%s)", i, (int)code, f.err.message, f.err.detail);
        if (!str_starts(str_of(f.err.message), str_of(bad->message)))
            fail_msg("%zu: wanted %s\ngot %s", i, bad->message, f.err.message);
        if (f.err.line != bad->line) fail_msg("%zu: line %d: %s", i, f.err.line, f.err.message);
        if (bad->line) assert_rows(f.err.file, "bad.csv");
        const char *after = state_of(&f);
        const char *made = strstr(after, "\nfile "); /* the managed tables may have been made by now, but are empty */
        assert_non_null(made);
        if (strspn(after, "\n") != (size_t)(made + 1 - after)) fail_msg("%zu: rows were written: %s", i, after);
        assert_non_null(strstr(before, made));
    }
    MetaRun *runs;
    size_t n;
    OK(&f, meta_runs(&f.ctx, f.project.meta, S("p"), 1, &runs, &n, &f.err));
    assert_int_equal(runs[0].status, META_FAILED);
    assert_true(str_starts(runs[0].error, S("bad.csv:1: no column 'at'")));
    fixture_free(&f);
}

TEST(missing_columns_name_what_is_there_and_the_nearest) {
    Fixture f;
    fixture_demo(&f);
    FAILS(&f, ERR_DATA, load_text(&f, "visits", "bad.csv", "At,Pgae,Client ID,N\n"));
    assert_non_null(strstr(f.err.message, "pack.yaml, line "));
    assert_non_null(strstr(f.err.message, "the file has 'At', 'Pgae', 'Client ID', 'N'; the nearest is 'Pgae'"));
    fixture_free(&f);
}

TEST(lines_are_told_exactly) {
    Fixture f;
    fixture_demo(&f);
    /* blank lines and line ends inside quotes */
    FAILS(&f, ERR_DATA, load_text(&f, "visits", "bad.csv", VISITS "2014-01-01,\"a\nb\",C1,1\n\n\n2014-01-01,/,C1,x\n"));
    assert_int_equal(f.err.line, 6);
    FAILS(&f, ERR_DATA,
          load_text(&f, "visits", "bad.csv", "At,Page,Client ID,N\r\n2014-01-01,/,C1,1\r\n2014-01-01,/,C1,x\r\n"));
    assert_int_equal(f.err.line, 3);
    fixture_free(&f);
}

TEST(other_shapes_of_csv) {
    Fixture f;
    fixture_demo(&f);
    static const char *const good[] = {
        "\357\273\277At,Page,Client ID,N\n2014-01-01,/,C1,1\n",                   /* byte order mark */
        "At;Page;Client ID;N\n2014-01-01;/;C1;1\n",                               /* semicolons */
        "At\tPage\tClient ID\tN\n2014-01-01\t/\tC1\t1\n",                         /* tabs */
        "\"At\",\"Page\",\"Client ID\",\"N\"\n\"2014-01-01\",\"/\",\"C1\",\"1\"", /* quotes, no last line end */
        "n,CLIENT_ID,extra,page,at\n1,C1,,/,2014-01-01\n",           /* order and case of columns, one more */
        "At,Page,Client ID,N\r\n2014-01-01,/,C1,1\r\n",              /* CRLF */
        "At,Page,Client ID,N\n2014-01-01 00:00,/,C1, 1 \n",          /* blanks around numbers */
        "At,Page,Client ID,N\n2014-01-01T01:00:00+01:00,/,C1,1.0\n", /* an offset */
        "At,Page,Client ID,N\n2014-01-01T00:00:00Z,/,C1,1\n",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        OK(&f, load_text(&f, "visits", "good.csv", good[i]));
        OK(&f, sync_all(&f));
        assert_warehouse(&f, "SELECT \"at\", page, client_id, n FROM silver.visit", "2014-01-01T00:00:00Z|/|C1|1");
    }
    OK(&f, load_text(&f, "visits", "good.json",
                     "[{\"at\": \"2014-01-02\", \"page\": \"/\", \"clientId\": null, \"n\": 3}]"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT \"at\", page, client_id, n FROM silver.visit", "2014-01-02T00:00:00Z|/|-|3");
    FAILS(&f, ERR_DATA, load_text(&f, "visits", "bad.json", "[{\"at\": "));
    FAILS(&f, ERR_DATA, load_text(&f, "visits", "bad.parquet", "PAR1 and no more"));
    assert_rows(f.err.message, "the file is damaged, or no Parquet");
    FAILS(&f, ERR_DATA, load_text(&f, "visits", "bad.parquet", "At,Page\n"));
    /* text is brought to one form: e and an accent are é */
    OK(&f, load_text(&f, "visits", "nfc.csv", VISITS "2014-01-01,caf\x65\xCC\x81,,1\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT page FROM silver.visit", "caf\xC3\xA9");
    fixture_free(&f);
}

TEST(decimals_are_kept_or_refused) {
    Fixture f;
    fixture_demo(&f);
    OK(&f, load_text(
               &f, "prices", "good.csv",
               "Code,Price\nA,1.500\nB,12345e-2\nC,1.005e1\nD,.5\nE,-2.\nF,0e-9\nG,1500e-3\nH,+1.2E+3\nI, 0.0100 \n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT code, price FROM silver.price ORDER BY 1",
                     "A|1.50\nB|123.45\nC|10.05\nD|0.50\nE|-2.00\nF|0.00\nG|1.50\nH|1200.00\nI|0.01");
    static const char *const bad[] = {"1.005",         "1005e-3", "1.0051e1",
                                      "-.001",         "1e-3",    "0.010000000000000000000000000000000000000001",
                                      "1e-99999999999"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Str text = arena_printf(f.arena, "Code,Price\nA,%s\n", bad[i]);
        if (load_text(&f, "prices", "bad.csv", arena_cstr(f.arena, text)) != ERR_DATA) fail_msg("taken: %s", bad[i]);
    }
    /* the way out that the message tells */
    use_changed_pack(
        &f, "  - table: price\n    from: prices\n",
        "  - table: price\n    from: prices\n    columns: {price: 'round(cast(price as decimal(38,10)), 2)'}\n");
    OK(&f, load_text(&f, "prices", "good.csv", "Code,Price\nA,1.005\nB,-2.994\n"));
    OK(&f, sync_all(&f));
    assert_warehouse(&f, "SELECT code, price FROM silver.price ORDER BY 1", "A|1.01\nB|-2.99");
    fixture_free(&f);
}

TEST(the_place_is_told_once) {
    Fixture f;
    fixture_demo(&f);
    PipelineInput inputs[] = {
        {S("visits"), write_text(&f, "visits.csv", VISITS "2014-01-01,/,C1,1\n2014-01-01,/,C1,x\n2014-01-01,/,C1,y\n")},
        {S("prices"), write_text(&f, "prices.csv", "Code,Price\nA,1\n")}};
    FAILS(&f, ERR_DATA, load_inputs(&f, inputs, 2));
    assert_rows(f.err.file, "visits.csv");
    assert_non_null(strstr(f.err.message, "2 values cannot be read as int64: 'x' (line 3), 'y' (line 4)"));
    inputs[0].path = write_text(&f, "visits.csv", VISITS "2014-01-01,/,C1,1\n2014-01-01,,C1,1\n");
    FAILS(&f, ERR_DATA, load_inputs(&f, inputs, 2));
    assert_int_equal(f.err.line, 3);
    assert_rows(f.err.message,
                "column 'Page' is empty in 1 row, and 'page' of table 'visit' needs a value; to set such rows aside "
                "and take in the others: load --quarantine");
    /* two files: each with its own place */
    PipelineInput two[] = {{S("orders"), write_text(&f, "a.csv", ORDERS_HEADER ORDER_1)},
                           {S("orders"), write_text(&f, "b.csv", ORDERS_HEADER "2,C1,Anna,Old,01-03-2014,,1,,,\n")}};
    FAILS(&f, ERR_DATA, load_inputs(&f, two, 2));
    assert_non_null(strstr(f.err.message, "'Ann' (a.csv, line 2) and 'Anna' (b.csv, line 2)"));
    /* a file whose lines are not known keeps the row */
    FAILS(&f, ERR_DATA,
          load_text(&f, "visits", "bad.json", "[{\"at\": \"x\", \"page\": \"/\", \"client_id\": \"\", \"n\": 3}]"));
    assert_non_null(strstr(f.err.message, "'x' (row 1)"));
    fixture_free(&f);
}

TEST(compressed_files_are_whole) {
    Fixture f;
    fixture_demo(&f);
    const char *path = write_text(&f, "visits.csv", VISITS "2014-01-01,/,C1,1\n2014-01-02,/,C1,234\n");
    assert_int_equal(system(arena_cstr(f.arena, arena_printf(f.arena, "gzip -k '%s'", path))), 0);
    Str whole;
    OK(&f, file_read(f.arena, path_join(f.arena, f.dir, "visits.csv.gz"), 1 << 20, &whole, &f.err));
    const char *before = state_of(&f);
    for (size_t n = 1; n < whole.n; n++) {
        PipelineInput cut = {S("visits"), write_bytes(&f, "cut.csv.gz", str_slice(whole, 0, n))};
        if (load_inputs(&f, &cut, 1) != ERR_DATA) fail_msg("taken in when cut to %zu bytes", n);
    }
    assert_rows(f.err.file, "cut.csv.gz");
    assert_non_null(strstr(f.err.message, "cut off or damaged"));
    assert_rows(state_of(&f), before);
    PipelineInput good = {S("visits"), write_bytes(&f, "whole.csv.gz", whole)};
    OK(&f, load_inputs(&f, &good, 1));
    assert_load(&f, "visit", 2, 0, 0);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_kept_or_refused),
        cmocka_unit_test(the_place_is_told_once),
        cmocka_unit_test(compressed_files_are_whole),
        cmocka_unit_test(bad_files_are_told_and_leave_nothing),
        cmocka_unit_test(missing_columns_name_what_is_there_and_the_nearest),
        cmocka_unit_test(lines_are_told_exactly),
        cmocka_unit_test(other_shapes_of_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
