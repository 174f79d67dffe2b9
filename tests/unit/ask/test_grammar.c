/* The reader of grammars: lists, rules, and what is wrong with a text, in its line. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "ask/ask_internal.h"

static const char LEAST[] = "slot: measure -> measure 1\n";

typedef struct Fixture {
    Arena *arena;
    const AskGrammar *grammar;
    Err err;
} Fixture;

static ErrCode parse(Fixture *f, Str text) {
    f->err = (Err){0};
    f->grammar = NULL;
    return ask_grammar_parse(f->arena, text, S("test.grammar"), &f->grammar, &f->err);
}

static const AskGrammar *read_grammar(Fixture *f, const char *text) {
    if (parse(f, str_of(text))) fail_msg("%s: %s", f->err.file, f->err.message);
    assert_non_null(f->grammar);
    return f->grammar;
}

/* The text is refused in that line, with a message that holds the words. */
static bool refuses(Fixture *f, Str text, int line, const char *words) {
    ErrCode code = parse(f, text);
    bool is_so = code == ERR_INVALID && code == f->err.code && f->err.line == line && strstr(f->err.message, words) &&
                 strcmp(f->err.file, "test.grammar") == 0 && !f->grammar;
    if (!is_so)
        print_error("code %d at %s:%d: %s\n  not at line %d: %s\n", code, f->err.file, f->err.line, f->err.message,
                    line, words);
    return is_so;
}

static Fixture fixture_of(void) {
    return (Fixture){.arena = arena_new(0)};
}

/* Of a list, by phrase; NULL: it has none of that text. */
static const AskListEntry *entry_of(const AskGrammar *grammar, const char *list, const char *phrase) {
    Str rest = str_of(phrase);
    int index = ask_grammar_list(grammar, str_of(list));
    const AskListEntry *entry = map_get(grammar->first, str_split_next(&rest, ' '));
    while (entry && (entry->list != index || !str_eq(entry->phrase, str_of(phrase)))) entry = entry->next;
    return entry;
}

static const AskRule *rule_of(const AskGrammar *grammar, const char *name, int nth) {
    for (size_t i = 0; i < grammar->names.n; i++) {
        if (!str_eq(grammar->names.at[i], str_of(name))) continue;
        const AskRule *rule = grammar->rules[i];
        while (rule && nth-- > 0) rule = rule->next;
        return rule;
    }
    return NULL;
}

/* ---- what is read --------------------------------------------------------------------------------------------------- */

TEST(lists_hold_phrases_with_values) {
    Fixture f = fixture_of();
    const AskGrammar *grammar = read_grammar(&f, "@by: by, for each,broken down by   # a comment\n"
                                                 "  per=3, each month = month, # of\n"
                                                 "@empty:\n"
                                                 "\n"
                                                 "@top: best=-1\n"
                                                 "slot: @by measure -> measure 2\n");
    assert_non_null(entry_of(grammar, "by", "# of")); /* a phrase, no comment */
    const AskListEntry *entry = entry_of(grammar, "by", "broken down by");
    assert_non_null(entry);
    assert_int_equal(entry->n_words, 3);
    assert_int_equal(entry->value, 0);
    assert_int_equal(entry_of(grammar, "by", "for each")->n_words, 2);
    assert_int_equal(entry_of(grammar, "by", "per")->value, 3);
    assert_int_equal(entry_of(grammar, "by", "each month")->value, TIME_GRAIN_MONTH);
    assert_int_equal(entry_of(grammar, "top", "best")->value, -1);
    assert_null(entry_of(grammar, "top", "by"));
    assert_true(ask_grammar_list(grammar, S("empty")) >= 0);
    assert_int_equal(ask_grammar_list(grammar, S("none")), -1);
    arena_free(f.arena);
}

TEST(a_list_may_be_added_to) {
    Fixture f = fixture_of();
    const AskGrammar *grammar = read_grammar(&f, "@by: by\n@of: of\n@by: per\nslot: @by measure -> measure 2\n");
    assert_int_equal(grammar->lists.n, 2);
    assert_non_null(entry_of(grammar, "by", "by"));
    assert_non_null(entry_of(grammar, "by", "per"));
    arena_free(f.arena);
}

TEST(rules_keep_their_order_parts_and_arguments) {
    Fixture f = fixture_of();
    const AskGrammar *grammar =
        read_grammar(&f, "@top: top\n"
                         "small: number -> number 1\n"
                         "slot: @top small? member year text ^ -> slot_top 1 2 3 =-7 cost 0.25\n"
                         "slot: measure -> slot_term 1\n");
    const AskRule *rule = rule_of(grammar, "slot", 0), *second = rule_of(grammar, "slot", 1);
    static const AskRulePartKind kinds[] = {ASK_PART_LIST, ASK_PART_RULE, ASK_PART_SENSE,
                                            ASK_PART_YEAR, ASK_PART_TEXT, ASK_PART_START};
    assert_int_equal(rule->n_parts, COUNT_OF(kinds));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        assert_int_equal(rule->parts[i].kind, kinds[i]);
        assert_int_equal(rule->parts[i].is_optional, i == 1);
    }
    assert_int_equal(rule->parts[2].index, ASK_SENSE_MEMBER);
    assert_string_equal(rule->action->name, "slot_top");
    assert_int_equal(rule->n_args, 4);
    assert_int_equal(rule->args[2].part, 3);
    assert_int_equal(rule->args[3].part, 0);
    assert_int_equal(rule->args[3].number, -7);
    assert_true(rule->cost == .25);
    assert_int_equal(rule->line, 3);
    assert_int_equal(second->line, 4);
    assert_string_equal(second->action->name, "slot_term");
    assert_null(second->next);
    assert_true(grammar->slot >= 0);
    assert_int_equal(grammar->whole, -1);
    arena_free(f.arena);
}

TEST(a_rule_may_name_one_that_stands_below) {
    Fixture f = fixture_of();
    const AskGrammar *grammar = read_grammar(&f, "slot: later -> slot_term 1\nlater: measure -> measure 1\n");
    assert_int_equal(rule_of(grammar, "slot", 0)->parts[0].kind, ASK_PART_RULE);
    arena_free(f.arena);
}

TEST(the_shipped_grammar_is_one) {
    Fixture f = fixture_of();
    const char *path = NULL;
    Str text;
    assert_int_equal(path_share(f.arena, "ask/english.grammar", &path, &f.err), ERR_OK);
    assert_int_equal(file_read(f.arena, path, 1 << 20, &text, &f.err), ERR_OK);
    const AskGrammar *grammar = read_grammar(&f, arena_cstr(f.arena, text));
    assert_true(grammar->slot >= 0 && grammar->list_free >= 0 && grammar->list_filler >= 0 && grammar->list_event >= 0);
    assert_true(grammar->list_please >= 0 && grammar->list_modify >= 0 && grammar->list_weighty >= 0);
    arena_free(f.arena);
}

/* ---- what is refused ------------------------------------------------------------------------------------------------ */

TEST(what_is_wrong_is_told_with_its_line) {
    static const struct {
        const char *text;
        int line;
        const char *words;
    } cases[] = {
        {"@top: top=two\nslot: measure -> measure 1", 1, "'two' is no whole number and no grain"},
        {"@top: top, =2\nslot: measure -> measure 1", 1, "an empty phrase"},
        {"@top top, best", 1, "a list is written '@top top, best: phrase, phrase'"},
        {"\n\n  by, per\n", 3, "an indented line goes on with a list"},
        {"@by: by\nslot: measure -> measure 1\n  per", 3, "an indented line goes on with a list"},
        {"slot measure", 1, "a rule is written 'name: part part -> action 1 2'"},
        {"slot: measure", 1, "a rule is written"},
        {"measure: member -> member 1", 1, "'measure' is a word of the grammar"},
        {"number: member -> member 1", 1, "'number' is a word of the grammar"},
        {"year: member -> member 1", 1, "'year' is a word of the grammar"},
        {"text: member -> member 1", 1, "'text' is a word of the grammar"},
        {"slot: -> measure 1", 1, "a rule needs a part that may not be missing"},
        {"slot: measure? member? -> measure 1", 1, "a rule needs a part that may not be missing"},
        {"@by: by\n@topmost: top\nslot: @topmos measure -> measure 2", 3,
         "no list '@topmos' above this rule; did you mean '@topmost'?"},
        {"slot: @by measure -> measure 2\n@by: by", 1, "no list '@by' above this rule"},
        {"slot: measure -> mesure 1", 1, "no action 'mesure'"},
        {"slot: measure ->", 1, "no action ''"},
        {"slot: measure -> measure 2", 1, "'2' is neither the number of one of the 1 parts nor '=N'"},
        {"slot: measure -> measure -1", 1, "'-1' is neither"},
        {"slot: measure -> measure one", 1, "'one' is neither"},
        {"slot: measure -> measure =one", 1, "'=one' is neither"},
        {"slot: measure -> measure 1 cost", 1, "'cost' takes a number, not ''"},
        {"slot: measure -> measure 1 cost dear", 1, "'cost' takes a number, not 'dear'"},
        {"# none\nslot: measure -> measure 1\nslot: mesure -> slot_term 1", 3, "no rule 'mesure'"},
        {"slot: a a a a a a a a a -> measure 1", 1, "more than 8 parts"},
        {"slot: measure -> measure 1 1 1 1 1 1 1 1 1", 1, "more than 8 arguments"},
    };
    Fixture f = fixture_of();
    int n_wrong = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        n_wrong += !refuses(&f, str_of(cases[i].text), cases[i].line, cases[i].words);
    assert_int_equal(n_wrong, 0);
    arena_free(f.arena);
}

TEST(a_grammar_needs_slots) {
    Fixture f = fixture_of();
    assert_int_equal(parse(&f, S("")), ERR_INVALID);
    assert_non_null(strstr(f.err.message, "'slot'"));
    assert_int_equal(parse(&f, S("# nothing\n@by: by\n")), ERR_INVALID);
    assert_int_equal(parse(&f, S("term: measure -> measure 1\n")), ERR_INVALID);
    arena_free(f.arena);
}

TEST(an_err_may_be_missing) {
    Arena *arena = arena_new(0);
    const AskGrammar *grammar = NULL;
    assert_int_equal(ask_grammar_parse(arena, S("slot measure"), S("a"), &grammar, NULL), ERR_INVALID);
    assert_int_equal(ask_grammar_parse(arena, str_of(LEAST), S("a"), &grammar, NULL), ERR_OK);
    arena_free(arena);
}

/* ---- limits --------------------------------------------------------------------------------------------------------- */

static Str repeated(Arena *arena, const char *line, int n) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, 1 << 22);
    for (int i = 0; i < n; i++) buf_add(&buf, str_of(line));
    return arena_str(arena, buf_str(&buf));
}

TEST(rules_are_limited) {
    Fixture f = fixture_of();
    assert_int_equal(parse(&f, repeated(f.arena, LEAST, 2000)), ERR_OK);
    assert_true(refuses(&f, repeated(f.arena, LEAST, 2001), 2001, "more than 2000 rules"));
    arena_free(f.arena);
}

TEST(phrases_are_limited) {
    Fixture f = fixture_of();
    Str most = repeated(f.arena, "word, ", 10000), more = repeated(f.arena, "word, ", 10001);
    assert_int_equal(parse(&f, arena_printf(f.arena, "@a: %.*s\n%s", STR_ARG(most), LEAST)), ERR_OK);
    assert_true(refuses(&f, arena_printf(f.arena, "\n@a: %.*s\n", STR_ARG(more)), 2, "more than 10000 phrases"));
    arena_free(f.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_hold_phrases_with_values),
        cmocka_unit_test(a_list_may_be_added_to),
        cmocka_unit_test(rules_keep_their_order_parts_and_arguments),
        cmocka_unit_test(a_rule_may_name_one_that_stands_below),
        cmocka_unit_test(the_shipped_grammar_is_one),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(a_grammar_needs_slots),
        cmocka_unit_test(an_err_may_be_missing),
        cmocka_unit_test(rules_are_limited),
        cmocka_unit_test(phrases_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
