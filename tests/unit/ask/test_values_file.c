/* The index's file: what is no index is refused, and what is damaged gives an error or other matches, never a wild read. */
#include "values_fixture.h"

static const char *const SETS[] = {
    "a.name, b.name: Red Apple | Green Apple Pie | Blue Plum | Quince & Pear | Peach 64 oz", "#c: 1 | 12 | 1234"};
static const char QUESTION[] = "red apple, green pie, blu plun, quince and pear of peach 64 oz in 1234 appel";

static ErrCode write_bytes(Fixture *f, Str bytes) {
    return file_write_atomic(f->path, bytes, &f->err);
}

static void look(Fixture *f) {
    const AskToken *tokens = NULL;
    const AskValueMatch *matches = NULL;
    size_t n_tokens = 0, n = 0;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    OK(f, ask_tokenize(arena, str_of(QUESTION), &tokens, &n_tokens, &f->err));
    ask_values_find(arena, f->values, tokens, n_tokens, NULL, 100, &matches, &n);
    for (size_t i = 0; i < n; i++) str_hash(matches[i].value);
}

TEST(what_is_no_index_is_refused) {
    Fixture f;
    AskValues *values = NULL;
    fixture_init(&f);
    assert_int_equal(ask_values_open(f.path, &values, &f.err), ERR_DATA); /* empty */
    OK(&f, write_bytes(&f, S("something else that is a good deal shorter than a header")));
    assert_int_equal(ask_values_open(f.path, &values, &f.err), ERR_DATA);
    assert_non_null(strstr(f.err.message, "remove it"));
    assert_int_equal(ask_values_open("/tmp", &values, &f.err), ERR_DATA);
    unlink(f.path);
    assert_int_equal(ask_values_open(f.path, &values, &f.err), ERR_NOT_FOUND);
    assert_null(values);
    fixture_free(&f);
}

TEST(a_header_with_any_bit_changed_is_refused) {
    Fixture f;
    Str whole;
    fixture_init(&f);
    fixture_write(&f, SETS, COUNT_OF(SETS), 5);
    assert_int_equal(ask_values_version(f.values), 5);
    assert_true(str_eq(ask_values_model(f.values), S("model")));
    OK(&f, file_read(f.arena, f.path, 1 << 20, &whole, &f.err));
    char *bytes = arena_dup(f.arena, whole.p, whole.n);
    for (size_t i = 0; i < sizeof(ValuesHeader); i++) {
        AskValues *values = NULL;
        bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
        OK(&f, write_bytes(&f, (Str){bytes, whole.n}));
        if (ask_values_open(f.path, &values, &f.err) != ERR_DATA) fail_msg("byte %zu", i);
        bytes[i] = whole.p[i];
    }
    for (size_t n = 0; n < whole.n; n += 97) { /* and one that is cut */
        AskValues *values = NULL;
        OK(&f, write_bytes(&f, (Str){whole.p, n}));
        assert_int_equal(ask_values_open(f.path, &values, &f.err), ERR_DATA);
    }
    fixture_free(&f);
}

/* In memory of exactly the file's size, so that a read past it is seen. */
TEST(sections_with_any_byte_changed_are_read_without_harm) {
    Fixture f;
    Str whole;
    fixture_init(&f);
    fixture_write(&f, SETS, COUNT_OF(SETS), 5);
    look(&f);
    OK(&f, file_read(f.arena, f.path, 1 << 20, &whole, &f.err));
    AskValues damaged = *f.values, *sound = f.values;
    char *bytes = malloc(whole.n);
    assert_non_null(bytes);
    memcpy(bytes, whole.p, whole.n);
    damaged.file = bytes;
    damaged.header = (const ValuesHeader *)(const void *)bytes;
    for (int i = 0; i < VALUES_SECTION_COUNT; i++) damaged.sections[i] = bytes + damaged.header->sections[i].at;
    f.values = &damaged;
    for (size_t i = sizeof(ValuesHeader); i < whole.n; i++) {
        static const char changes[] = {'\xFF', '\x01'};
        for (size_t c = 0; c < sizeof(changes); c++) {
            bytes[i] = (char)(whole.p[i] ^ changes[c]);
            look(&f);
        }
        bytes[i] = whole.p[i];
    }
    memset(bytes + sizeof(ValuesHeader), 0xFF, whole.n - sizeof(ValuesHeader));
    look(&f);
    free(bytes);
    f.values = sound;
    fixture_free(&f);
}

TEST(the_old_file_stays_readable_while_a_new_one_takes_its_place) {
    Fixture f;
    static const char *const others[] = {"a.name: Cherry"};
    fixture_init(&f);
    fixture_write(&f, SETS, COUNT_OF(SETS), 5);
    AskValues *old = f.values;
    f.values = NULL;
    fixture_write(&f, others, 1, 6);
    assert_string_equal(found(&f, "cherry"), "cherry => a.name = Cherry, exact 0.00\n");
    AskValues *new = f.values;
    f.values = old;
    assert_string_equal(found(&f, "blue plum"), "blue plum => a.name = Blue Plum, exact 0.00\n"
                                                "blue plum => b.name = Blue Plum, exact 0.00\n");
    ask_values_close(new);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_no_index_is_refused),
                                       cmocka_unit_test(a_header_with_any_bit_changed_is_refused),
                                       cmocka_unit_test(sections_with_any_byte_changed_are_read_without_harm),
                                       cmocka_unit_test(the_old_file_stays_readable_while_a_new_one_takes_its_place)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
