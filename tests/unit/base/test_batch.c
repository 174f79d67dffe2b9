#include "test.h"

#include "base/base.h"

#include <string.h>

enum { ROWS = 3 };

static Column column_of(TypeKind kind, ColumnLayout layout, const void *data) {
    return (Column){.name = S("c"), .type = TYPE(kind), .layout = layout, .data = data};
}

TEST(integers_of_every_layout) {
    const uint8_t bools[ROWS] = {0, 1, 2};
    const int8_t i8[ROWS] = {-128, 0, 127};
    const int16_t i16[ROWS] = {INT16_MIN, 0, INT16_MAX};
    const int32_t i32[ROWS] = {INT32_MIN, 0, INT32_MAX};
    const int64_t i64[ROWS] = {INT64_MIN, 0, INT64_MAX};
    const uint8_t u8[ROWS] = {0, 1, UINT8_MAX};
    const uint16_t u16[ROWS] = {0, 1, UINT16_MAX};
    const uint32_t u32[ROWS] = {0, 1, UINT32_MAX};
    const uint64_t u64[ROWS] = {0, 1, INT64_MAX};
    const Int128 i128[ROWS] = {INT64_MIN, 0, INT64_MAX};
    const struct {
        ColumnLayout layout;
        const void *data;
        int64_t first, last;
    } cases[] = {
        {LAYOUT_BOOL, bools, 0, 1},
        {LAYOUT_I8, i8, INT8_MIN, INT8_MAX},
        {LAYOUT_I16, i16, INT16_MIN, INT16_MAX},
        {LAYOUT_I32, i32, INT32_MIN, INT32_MAX},
        {LAYOUT_I64, i64, INT64_MIN, INT64_MAX},
        {LAYOUT_U8, u8, 0, UINT8_MAX},
        {LAYOUT_U16, u16, 0, UINT16_MAX},
        {LAYOUT_U32, u32, 0, UINT32_MAX},
        {LAYOUT_U64, u64, 0, INT64_MAX},
        {LAYOUT_I128, i128, INT64_MIN, INT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Column column = column_of(TYPE_INT64, cases[i].layout, cases[i].data);
        assert_int_equal(column_int(&column, 0), cases[i].first);
        assert_int_equal(column_int(&column, ROWS - 1), cases[i].last);
        assert_true(value_eq(column_value(&column, 0), value_int(cases[i].first)));
        column.type = TYPE_DEC(38, 2); /* engines store narrow decimals in narrow integers */
        assert_true(value_eq(column_value(&column, ROWS - 1), value_decimal(cases[i].last, 38, 2)));
        column.type = TYPE(TYPE_FLOAT64);
        assert_true(column_value(&column, 0).f == (double)cases[i].first);
    }
    const uint64_t large[] = {UINT64_MAX};
    Column column = column_of(TYPE_DECIMAL, LAYOUT_U64, large);
    assert_true(column_value(&column, 0).dec == (Int128)UINT64_MAX);
}

TEST(int128_need_not_be_aligned) {
    char bytes[2 * sizeof(Int128) + 8];
    Int128 number = -((Int128)1 << 100);
    memcpy(bytes + 8 + sizeof(Int128), &number, sizeof(number));
    Column column = column_of(TYPE_DECIMAL, LAYOUT_I128, bytes + 8);
    assert_true(column_value(&column, 1).dec == number);
}

TEST(reals_times_and_texts) {
    const float f32[] = {0.5f};
    const double f64[] = {0.1};
    const int32_t days[] = {-1};
    Column column = column_of(TYPE_FLOAT64, LAYOUT_F32, f32);
    assert_true(column_value(&column, 0).f == 0.5);
    column = column_of(TYPE_FLOAT64, LAYOUT_F64, f64);
    assert_true(column_value(&column, 0).f == 0.1);
    column = column_of(TYPE_DATE, LAYOUT_I32, days);
    assert_true(value_eq(column_value(&column, 0), value_date(-1)));
    const Str strs[] = {S("a"), S("")};
    column = column_of(TYPE_TEXT, LAYOUT_STR, strs);
    assert_true(value_eq(column_value(&column, 0), value_text(S("a"))));
    const char *far = "thirteen char";
    StrView views[] = {
        {.inlined = {.n = 0}}, {.inlined = {.n = 12, .bytes = "twelve chars"}}, {.far = {.n = 13, .p = far}}};
    column = column_of(TYPE_JSON, LAYOUT_VIEW, views);
    assert_int_equal(column_str(&column, 0).n, 0);
    assert_true(str_eq(column_str(&column, 1), S("twelve chars")));
    assert_ptr_equal(column_str(&column, 2).p, far); /* in place, not copied */
    assert_true(value_eq(column_value(&column, 2), value_json(S("thirteen char"))));
}

TEST(nulls) {
    int64_t data[70] = {0};
    uint64_t valid[2] = {UINT64_MAX, 0};
    valid[1] |= 1u << 3; /* row 67 */
    valid[0] &= ~(UINT64_C(1) << 63);
    Column column = column_of(TYPE_INT64, LAYOUT_I64, data);
    assert_false(column_is_null(&column, 69));
    column.valid = valid;
    assert_false(column_is_null(&column, 0));
    assert_true(column_is_null(&column, 63));
    assert_true(column_is_null(&column, 64));
    assert_false(column_is_null(&column, 67));
    assert_true(column_value(&column, 63).is_null && column_value(&column, 63).type.kind == TYPE_INT64);
    column = column_of(TYPE_DATE, LAYOUT_NONE, NULL);
    assert_true(column_value(&column, 5).is_null);
}

TEST(building) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    const Str names[] = {S("b"), S("i"), S("d"), S("f"), S("t"), S("n")};
    const Type types[] = {TYPE(TYPE_BOOL),    TYPE(TYPE_INT64), TYPE_DEC(10, 2),
                          TYPE(TYPE_FLOAT64), TYPE(TYPE_TEXT),  TYPE(TYPE_NULL)};
    enum { CAP = 130 };
    BatchBuilder *builder = batch_builder_new(arena, COUNT_OF(names), names, types, CAP);
    for (int round = 0; round < 3; round++) {
        char text[] = "x?";
        for (int row = 0; row < CAP; row++) {
            assert_false(batch_builder_is_full(builder));
            text[1] = (char)('0' + row % 10);
            if (row % 3) {
                batch_builder_set(builder, 0, value_bool(row % 2));
                batch_builder_set(builder, 1, value_int(row + round));
                batch_builder_set(builder, 2, value_decimal(row, 10, 2));
                batch_builder_set(builder, 3, value_float(row / 2.0));
                batch_builder_set(builder, 4, value_text(str_of(text)));
                batch_builder_set(builder, 5, value_null(TYPE(TYPE_NULL)));
            } else if (row % 2) {
                batch_builder_set(builder, 1, value_int(1));
                batch_builder_set(builder, 1, value_null(TYPE(TYPE_INT64))); /* set again within its row */
            }
            batch_builder_next_row(builder);
        }
        assert_true(batch_builder_is_full(builder));
        text[0] = '!'; /* texts were copied */
        const Batch *batch = batch_builder_batch(builder);
        assert_int_equal(batch->n_rows, CAP);
        assert_int_equal(batch->n_columns, COUNT_OF(names));
        for (size_t row = 0; row < CAP; row++) {
            bool is_null = row % 3 == 0;
            for (size_t c = 0; c < COUNT_OF(names); c++)
                assert_int_equal(column_is_null(&batch->columns[c], row), is_null || types[c].kind == TYPE_NULL);
            if (is_null) continue;
            int64_t i = (int64_t)row;
            assert_true(value_eq(column_value(&batch->columns[0], row), value_bool(row % 2)));
            assert_true(value_eq(column_value(&batch->columns[1], row), value_int(i + round)));
            assert_true(value_eq(column_value(&batch->columns[2], row), value_decimal(i, 10, 2)));
            assert_true(value_eq(column_value(&batch->columns[3], row), value_float((double)i / 2)));
            assert_true(str_starts(column_str(&batch->columns[4], row), S("x")));
        }
        assert_true(str_eq(batch->columns[4].name, S("t")));
        batch_builder_clear(builder);
        assert_int_equal(batch_builder_batch(builder)->n_rows, 0);
    }
}

TEST(slices) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    const Str names[] = {S("i"), S("t")};
    const Type types[] = {TYPE(TYPE_INT64), TYPE(TYPE_TEXT)};
    enum { N = 200 };
    BatchBuilder *builder = batch_builder_new(arena, COUNT_OF(names), names, types, N);
    for (int row = 0; row < N; row++) {
        if (row % 3) batch_builder_set(builder, 0, value_int(row));
        batch_builder_set(builder, 1, value_text(arena_printf(arena, "%d", row)));
        batch_builder_next_row(builder);
    }
    const Batch *batch = batch_builder_batch(builder);
    for (size_t from = 0; from <= N; from += from < 130 ? 1 : 35) {
        Batch slice = batch_slice(arena, batch, from);
        assert_int_equal(slice.n_rows, N - from);
        for (size_t row = 0; row < slice.n_rows; row++)
            for (size_t c = 0; c < COUNT_OF(names); c++)
                assert_true(
                    value_eq(column_value(&slice.columns[c], row), column_value(&batch->columns[c], from + row)));
    }
}

TEST(copies) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    CLEANUP(arena_freep) Arena *other = arena_new(0);
    const Str names[] = {S("i"), S("t"), S("d"), S("n")};
    const Type types[] = {TYPE(TYPE_INT64), TYPE(TYPE_TEXT), TYPE_DEC(12, 2), TYPE(TYPE_DATE)};
    enum { N = 100 };
    BatchBuilder *builder = batch_builder_new(arena, COUNT_OF(names), names, types, N);
    for (int row = 0; row < N; row++) {
        if (row % 3) batch_builder_set(builder, 0, value_int(row));
        batch_builder_set(builder, 1, value_text(arena_printf(arena, "%0*d", 1 + row % 20, row)));
        batch_builder_set(builder, 2, value_decimal(-row, 12, 2));
        batch_builder_next_row(builder);
    }
    Str strs[] = {S("short"), S("a longer one, not in the view")};
    const Column text = {.name = S("s"), .type = TYPE(TYPE_TEXT), .layout = LAYOUT_STR, .data = strs};
    const Batch plain = {.n_rows = COUNT_OF(strs), .n_columns = 1, .columns = &text};
    Batch copy = batch_copy(other, batch_builder_batch(builder)), copied = batch_copy(other, &plain);
    batch_builder_clear(builder); /* and what it pointed to is gone */
    strs[1] = S("");
    assert_int_equal(copy.n_rows, N);
    for (int row = 0; row < N; row++) {
        Value i = column_value(&copy.columns[0], (size_t)row);
        assert_true(row % 3 ? i.i == row : i.is_null);
        assert_true(str_eq(column_str(&copy.columns[1], (size_t)row), arena_printf(arena, "%0*d", 1 + row % 20, row)));
        assert_true(value_eq(column_value(&copy.columns[2], (size_t)row), value_decimal(-row, 12, 2)));
        assert_true(column_is_null(&copy.columns[3], (size_t)row));
    }
    assert_true(str_eq(column_str(&copied.columns[0], 1), S("a longer one, not in the view")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_every_layout),
        cmocka_unit_test(int128_need_not_be_aligned),
        cmocka_unit_test(reals_times_and_texts),
        cmocka_unit_test(nulls),
        cmocka_unit_test(building),
        cmocka_unit_test(slices),
        cmocka_unit_test(copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
