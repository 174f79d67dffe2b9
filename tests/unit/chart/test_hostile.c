/* What nobody means to draw: it stays well formed, bounded, and says what is missing. */
#include "chart_fixture.h"

static const TypeKind LABELS[] = {TYPE_TEXT, TYPE_INT64, TYPE_FLOAT64, TYPE_DATE, TYPE_TIMESTAMP, TYPE_BOOL};

typedef struct Made {
    ChartColumn columns[3];
    ChartData data;
} Made;

/* Two groups and a figure; n rows of `group`, and of figures that `figure` gives. */
static Made make(Arena *arena, size_t n, TypeKind type, Value (*group)(Arena *arena, size_t row),
                 double (*figure)(size_t row)) {
    Made made = {
        .columns = {{.name = S("x"), .type = TYPE(type), .format.decimals = -1},
                    {.name = S("s"), .type = TYPE(TYPE_INT64), .format.decimals = -1},
                    {.name = S("y"), .type = TYPE(TYPE_FLOAT64), .role = CHART_ROLE_MEASURE, .format.decimals = -1}}};
    Str names[3];
    Type types[3];
    for (size_t i = 0; i < 3; i++) {
        names[i] = made.columns[i].name;
        types[i] = made.columns[i].type;
    }
    BatchBuilder *builder = batch_builder_new(arena, 3, names, types, n + 1);
    for (size_t row = 0; row < n; row++) {
        batch_builder_set(builder, 0, group(arena, row));
        batch_builder_set(builder, 1, value_int((int64_t)row % 50));
        batch_builder_set(builder, 2, value_float(figure(row)));
        batch_builder_next_row(builder);
    }
    made.data = (ChartData){NULL, 3, batch_builder_batch(builder), 1};
    return made;
}

static const Str Y[] = {S_INIT("y"), S_INIT("y")};

static ChartSpec spec_of(ChartKind kind, bool has_series) {
    return (ChartSpec){.kind = kind,
                       .title = S("a\nb<script>&\"\xff\x01"),
                       .x = S("x"),
                       .y = Y,
                       .n_y = 2,
                       .series = has_series ? S("s") : (Str){0},
                       .is_stacked = has_series};
}

/* No byte that XML forbids, every tag closed in order. */
static void assert_well_formed(Str svg) {
    Str open[16];
    size_t depth = 0;
    assert_true(utf8_is_valid(svg));
    for (size_t i = 0; i < svg.n; i++) {
        unsigned char c = (unsigned char)svg.p[i];
        if (c < 32 && c != '\n') fail_msg("control character %d at %zu", c, i);
        if (c != '<') continue;
        Str rest = str_slice(svg, i + 1, svg.n);
        Str tag = str_slice(rest, 0, (size_t)str_find_char(rest, '>')), name = tag;
        assert_true(str_find(tag, S("width=\"-")) < 0 && str_find(tag, S("height=\"-")) < 0 &&
                    str_find(tag, S("r=\"-")) < 0);
        assert_true(str_find(tag, S("nan")) < 0 && str_find(tag, S("inf")) < 0);
        if (str_ends(tag, S("/"))) continue;
        name = str_split_next(&name, ' ');
        if (!str_starts(name, S("/"))) {
            assert_true(depth < COUNT_OF(open));
            open[depth++] = name;
        } else if (!depth || !str_eq(open[--depth], str_slice(name, 1, name.n))) {
            fail_msg("'%.*s' at %zu closes nothing", STR_ARG(name), i);
        }
    }
    assert_int_equal(depth, 0);
    assert_true(str_find(svg, S("<script>")) < 0);
}

static void assert_within(Str text, size_t width) {
    while (text.n) {
        Str line = str_split_next(&text, '\n');
        if (utf8_width(line) > width) fail_msg("%zu columns: %.*s", utf8_width(line), STR_ARG(line));
        for (size_t i = 0; i < line.n; i++) assert_true((unsigned char)line.p[i] >= 32);
    }
}

/* Every kind, in both forms. Errors are no crash: those of a pie that is none. */
static void draw_all(Arena *arena, Made *made) {
    made->data.columns = made->columns;
    for (int kind = 0; kind < CHART_TABLE; kind++)
        for (int has_series = 0; has_series < 2; has_series++) {
            Buf buf CLEANUP(buf_release);
            Err err = {0};
            ChartSpec spec = spec_of((ChartKind)kind, has_series);
            buf_init(&buf, CHART_MAX_BYTES);
            ErrCode code =
                chart_svg(arena, &spec, &made->data,
                          &(ChartSvgOptions){.width_px = 1 + 500 * has_series, .height_px = has_series}, &buf, &err);
            if (code && (kind != CHART_PIE || code != ERR_UNSUPPORTED))
                fail_msg("%s: %s", chart_kind_name((ChartKind)kind), err.message);
            if (!code) assert_well_formed(buf_str(&buf));
            buf_clear(&buf);
            const ChartTextOptions options = {.width = 40, .height = 8, .is_ascii = has_series};
            code = chart_text(arena, &spec, &made->data, &options, &buf, &err);
            if (!code) assert_within(buf_str(&buf), 40);
        }
}

static Value odd_text(Arena *arena, size_t row) {
    static const char *const TEXTS[] = {"",
                                        "\x1b[2J",
                                        "<svg onload='x'>",
                                        "&amp;",
                                        "]]>",
                                        "\xff\xfe",
                                        "a\r\nb\tc",
                                        "\xe2\x80\xae",
                                        "\xef\xbf\xbf",
                                        "\xf0\x9f\x92\xa9",
                                        "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
                                        "-->"};
    if (row % 13 == 12) return value_null(TYPE(TYPE_TEXT));
    Str text = str_of(TEXTS[row % 13]);
    return value_text(row < 13 ? text : arena_printf(arena, "%.*s%*s", STR_ARG(text), (int)(row * 37 % 3000), "&<>"));
}

static double odd_figure(size_t row) {
    static const double FIGURES[] = {0,     -0.0, 1,        -1,        1e308, -1e308,        5e-324, 1e-310,
                                     1e299, NAN,  INFINITY, -INFINITY, 0.1,   123456789.123, 1e15,   -1e-9};
    return FIGURES[row % COUNT_OF(FIGURES)];
}

static double same_figure(size_t row) {
    (void)row;
    return 1e16 + 2;
}

static double close_figure(size_t row) {
    return 1e9 + (double)(row % 3) * 1e-7;
}

static double no_figure(size_t row) {
    (void)row;
    return NAN;
}

TEST(odd_texts_and_figures) {
    static double (*const FIGURES[])(size_t) = {odd_figure, same_figure, close_figure, no_figure};
    for (size_t n = 0; n <= 200; n = n < 3 ? n + 1 : n * 3)
        for (size_t i = 0; i < COUNT_OF(FIGURES); i++) {
            Arena *arena CLEANUP(arena_freep) = arena_new(0);
            Made made = make(arena, n, TYPE_TEXT, odd_text, FIGURES[i]);
            draw_all(arena, &made);
            made.columns[2].format.kind = S("currency");
            made.columns[2].format.unit = S("a unit <that> is as long as a sentence, and then goes on\n\x1b[2J");
            draw_all(arena, &made);
        }
}

static TypeKind odd_type;

static Value odd_group(Arena *arena, size_t row) {
    static const int64_t NUMBERS[] = {0,       INT64_MAX, INT64_MIN, -1, 2932896, 2932897, INT64_C(253402300799999999),
                                      -719162, 19000,     7};
    int64_t number = NUMBERS[row % COUNT_OF(NUMBERS)];
    (void)arena;
    Value value = {.type = TYPE(odd_type), .i = number};
    if (odd_type == TYPE_FLOAT64) value = value_float(odd_figure(row));
    if (odd_type == TYPE_BOOL) value = value_bool(number & 1);
    if (odd_type == TYPE_DATE) value.i = MAX_OF(MIN_OF(number, INT32_MAX), INT32_MIN);
    return value;
}

TEST(odd_groups_of_every_type_and_grain) {
    for (size_t i = 1; i < COUNT_OF(LABELS); i++)
        for (int grain = TIME_GRAIN_NONE; grain < TIME_GRAIN_COUNT; grain++) {
            Arena *arena CLEANUP(arena_freep) = arena_new(0);
            odd_type = LABELS[i];
            Made made = make(arena, 30, odd_type, odd_group, odd_figure);
            made.columns[0].role = CHART_ROLE_TIME;
            made.columns[0].format.grain = (TimeGrain)grain;
            made.columns[0].format.fiscal_month = 4;
            made.columns[2].is_additive = true;
            draw_all(arena, &made);
        }
}

static Value many_days(Arena *arena, size_t row) {
    (void)arena;
    return value_date((int64_t)row - 20000);
}

static Value many_texts(Arena *arena, size_t row) {
    return value_text(arena_printf(arena, "&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&&& %zu", row));
}

static double wave(size_t row) {
    return sin((double)row / 50) * 1e6;
}

TEST(a_hundred_thousand_rows_are_bounded) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Made days = make(arena, CHART_MAX_ROWS + 10, TYPE_DATE, many_days, wave);
    Made texts = make(arena, CHART_MAX_ROWS, TYPE_TEXT, many_texts, wave);
    draw_all(arena, &days);
    texts.data.columns = texts.columns;
    ChartSpec spec = spec_of(CHART_LINE, false);
    Case c = {.spec = spec, .data = days.data};
    Str svg = case_svg(arena, &c);
    assert_true(svg.n < 64 << 10);
    assert_true(str_find(svg, S("Only the first 100,000 rows.")) >= 0);
    c = (Case){.spec = spec_of(CHART_SCATTER, false), .data = texts.data};
    svg = case_svg(arena, &c);
    assert_true(svg.n < 1 << 20 && str_find(svg, S("2000 of 100,000 points are drawn.")) >= 0);
    c = (Case){.spec = spec_of(CHART_HORIZONTAL_BAR, false), .data = texts.data};
    svg = case_svg(arena, &c);
    assert_true(svg.n < 64 << 10 && str_find(svg, S("and 99,957 more")) >= 0);
}

TEST(what_cannot_be_drawn_is_told) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Buf buf CLEANUP(buf_release);
    Err err = {0};
    Made made = make(arena, 3, TYPE_TEXT, odd_text, wave);
    ChartSpec spec = spec_of(CHART_TABLE, false);
    made.data.columns = made.columns;
    buf_init(&buf, CHART_MAX_BYTES);
    assert_int_equal(chart_svg(arena, &spec, &made.data, &(ChartSvgOptions){0}, &buf, &err), ERR_UNSUPPORTED);
    spec = spec_of(CHART_BAR, false);
    spec.x = S("z");
    assert_int_equal(chart_svg(arena, &spec, &made.data, &(ChartSvgOptions){0}, &buf, &err), ERR_UNKNOWN_NAME);
    assert_string_equal(err.message, "the chart shows 'z', which is no column of the result");
    spec.x = (Str){0};
    assert_int_equal(chart_text(arena, &spec, &made.data, &(ChartTextOptions){0}, &buf, &err), ERR_UNSUPPORTED);
    assert_string_equal(err.message, "a bar needs a figure, and what it is by");
    spec = spec_of(CHART_PIE, false);
    made = make(arena, 30, TYPE_TEXT, odd_text, wave);
    made.data.columns = made.columns;
    assert_int_equal(chart_svg(arena, &spec, &made.data, &(ChartSvgOptions){0}, &buf, &err), ERR_UNSUPPORTED);
    assert_string_equal(err.message, "a pie has at most 12 parts; draw bars instead");
    Buf small CLEANUP(buf_release);
    buf_init(&small, 100);
    spec = spec_of(CHART_BAR, false);
    assert_int_equal(chart_svg(arena, &spec, &made.data, &(ChartSvgOptions){0}, &small, &err), ERR_TOO_LARGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_texts_and_figures),
        cmocka_unit_test(odd_groups_of_every_type_and_grain),
        cmocka_unit_test(a_hundred_thousand_rows_are_bounded),
        cmocka_unit_test(what_cannot_be_drawn_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
