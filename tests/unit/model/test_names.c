/* Names: look-ups, members and their canonical names, what is said of a name that is none, names from headers. */
#include "model_fixture.h"

#include <string.h>

TEST(members_by_name) {
    static const struct {
        const char *fact, *name, *canonical;
        ModelMemberKind kind;
        TypeKind type;
    } cases[] = {
        {"line", "revenue", "revenue", MODEL_MEMBER_MEASURE, TYPE_DECIMAL},
        {NULL, "lines", "lines", MODEL_MEMBER_MEASURE, TYPE_INT64},
        {"line", "note", "note", MODEL_MEMBER_COLUMN, TYPE_TEXT},
        {"line", "line.note", "note", MODEL_MEMBER_COLUMN, TYPE_TEXT},
        {NULL, "line.amount", "line.amount", MODEL_MEMBER_COLUMN, TYPE_DECIMAL},
        {NULL, "day", "line.day", MODEL_MEMBER_COLUMN, TYPE_DATE}, /* the first fact that has it */
        {"visit", "day", "visit.day", MODEL_MEMBER_COLUMN, TYPE_DATE},
        {NULL, "at.month", "at.month", MODEL_MEMBER_COLUMN, TYPE_TIMESTAMP},
        {NULL, "at.hour_of_day", "at.hour_of_day", MODEL_MEMBER_COLUMN, TYPE_INT64},
        {"line", "line.day.weekday", "line.day.weekday", MODEL_MEMBER_COLUMN, TYPE_INT64},
        {"line", "payer.name", "payer.name", MODEL_MEMBER_ATTRIBUTE, TYPE_TEXT},
        {NULL, "client.since.year", "client.since.year", MODEL_MEMBER_ATTRIBUTE, TYPE_DATE},
    };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = fixture_model(arena, FIXTURE_PACK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ModelMember member = {0}, again = {0};
        const ModelFact *fact = cases[i].fact ? model_fact(model, str_of(cases[i].fact)) : NULL;
        if (model_member(model, fact, str_of(cases[i].name), &member, NULL)) fail_msg("%s is not found", cases[i].name);
        assert_int_equal(member.kind, cases[i].kind);
        assert_int_equal(member.type.kind, cases[i].type);
        assert_non_null(member.label);
        Str canonical = model_member_name(arena, &member);
        if (!str_eq(canonical, str_of(cases[i].canonical))) fail_msg("%s: %.*s", cases[i].name, STR_ARG(canonical));
        assert_int_equal(model_member(model, fact, canonical, &again, NULL), ERR_OK);
        assert_ptr_equal(again.label, member.label);
        assert_ptr_equal(again.part, member.part);
        bool is_of_no_fact = !fact && member.kind == MODEL_MEMBER_ATTRIBUTE;
        assert_int_equal(member.fact == NULL, is_of_no_fact);
    }
}

TEST(unknown_members) {
    static const struct {
        const char *fact, *name, *message;
    } cases[] = {
        {NULL, "revenu", "no member 'revenu'; did you mean 'revenue'?"},
        {NULL, "amount", "no member 'amount'; did you mean 'line.amount'?"},
        {"line", "name", "no member 'name'; did you mean 'client.name'?"},
        {"line", "cleint.name", "no member 'cleint.name'; did you mean 'client.name'?"},
        {"line", "line.amuont", "no member 'line.amuont'; did you mean 'line.amount'?"},
        {"visit", "payer.name", "fact 'visit' has no 'payer.name'; it belongs to fact 'line'"},
        {NULL, "at.mnth", "'at' is a timestamp and has no part 'mnth'; did you mean 'at.month'?"},
        {NULL, "at.month.year", "no member 'at.month.year' in this model"},
        {NULL, "revenue.month", "no member 'revenue.month' in this model"},
        {NULL, "", "no member '' in this model"},
        {NULL, ".", "no member '.' in this model"},
        {NULL, "a.b.c.d", "no member 'a.b.c.d' in this model"},
        {NULL, "entirely_different", "no member 'entirely_different' in this model"},
    };
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = fixture_model(arena, FIXTURE_PACK);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ModelMember member;
        Err err = {0};
        const ModelFact *fact = cases[i].fact ? model_fact(model, str_of(cases[i].fact)) : NULL;
        assert_int_equal(model_member(model, fact, str_of(cases[i].name), &member, &err), ERR_UNKNOWN_NAME);
        assert_string_equal(err.message, cases[i].message);
        assert_int_equal(model_member(model, fact, str_of(cases[i].name), &member, NULL), ERR_UNKNOWN_NAME);
    }
}

TEST(look_ups_give_null) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    const Model *model = fixture_model(arena, FIXTURE_PACK);
    assert_non_null(model_table(model, S("sale")));
    assert_null(model_table(model, S("Sale")));
    assert_null(model_input(model, S("x")));
    assert_null(model_dimension(model, S("payer")));
    assert_null(model_fact(model, S("sale")));
    assert_null(model_measure(model, S("")));
    assert_int_equal(model_column(model_table(model, S("sale")), S("at")), 2);
    assert_int_equal(model_column(model_table(model, S("sale")), S("nope")), -1);
}

TEST(every_part_is_named_once_and_works) {
    size_t n;
    const ModelPart *parts = model_parts(&n);
    assert_int_equal(n, 13);
    for (size_t i = 0; i < n; i++) {
        Type type = TYPE(TYPE_TIMESTAMP);
        assert_int_equal(sql_fn_type(parts[i].fn, &type, 1, &type, NULL), ERR_OK);
        assert_int_equal(type.kind, parts[i].grain == TIME_GRAIN_NONE ? TYPE_INT64 : TYPE_TIMESTAMP);
        if (parts[i].grain != TIME_GRAIN_NONE)
            assert_true(str_eq(parts[i].name, str_of(time_grain_name(parts[i].grain))));
        for (size_t k = 0; k < i; k++) assert_false(str_eq(parts[i].name, parts[k].name));
    }
}

TEST(names_from_headers) {
    static const char *const cases[][2] = {
        {"Order ID", "order_id"},
        {"OrderId", "order_id"},
        {"order_id", "order_id"},
        {"ORDER ID", "order_id"},
        {"Sub-Category", "sub_category"},
        {"InvoiceNo", "invoice_no"},
        {"CustomerID", "customer_id"},
        {"HTTPServer", "http_server"},
        {" Unit  Price ($) ", "unit_price"},
        {"Address2Line", "address2_line"},
        {"Q1", "q1"},
        {"", ""},
        {"%", ""},
        {"\xEF\xBB\xBFRow ID", "row_id"},
        {"Ship\xC2\xA0"
         "Mode",
         "ship_mode"},
        {"Gr\xC3\xB6\xC3\x9F"
         "e",
         "gr\xC3\xB6sse"},
        {"__a__b__", "a_b"},
        {"2013 Sales", "2013_sales"},
        {"bad\xFF"
         "byte",
         "bad_byte"},
        {"iPhone", "i_phone"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena CLEANUP(arena_freep) = arena_new(0);
        Str name = model_snake_name(arena, str_of(cases[i][0]));
        if (!str_eq(name, str_of(cases[i][1])))
            fail_msg("'%s' gives '%.*s', not '%s'", cases[i][0], STR_ARG(name), cases[i][1]);
        assert_true(str_eq(model_snake_name(arena, name), name));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_by_name),    cmocka_unit_test(unknown_members),
        cmocka_unit_test(look_ups_give_null), cmocka_unit_test(every_part_is_named_once_and_works),
        cmocka_unit_test(names_from_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
