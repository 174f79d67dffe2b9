/*
 * A grammar is data: lists of closed-class words, and rules over them and over typed senses.
 *
 *   @by: by, per, for each                  a list: phrases between commas, "=N" gives one a value, or "=month"; indented lines go on
 *   group: @by members -> group 2           a rule: parts, the action that makes its meaning, and which parts that gets
 *   top: @top number? member -> top 2 3 =1 cost 0.2
 *
 * A part is @list, a sense (measure, member, column, fact, value, filter, event, quality), number, year, text (a few words as they are), ^ (the question begins here), or another rule's name; "?": it may be missing.
 * "=N" hands a number to the action, 0 nothing. Rules of one name are alternatives. `slot` and `whole` are where reading begins.
 */
#include "ask/ask_internal.h"

enum { GRAMMAR_MAX_RULES = 2000, GRAMMAR_MAX_PHRASES = 10000 };

typedef struct Reader {
    Arena *arena;
    AskGrammar *g;
    Str file;
    int line;
    int list; /* of the list that goes on; -1: none */
    size_t n_rules;
    size_t n_phrases;
    Err *err;
} Reader;

static const Str SENSES[] = {S_INIT("measure"), S_INIT("member"), S_INIT("column"), S_INIT("fact"),
                             S_INIT("value"),   S_INIT("filter"), S_INIT("event"),  S_INIT("quality")};
static_assert(COUNT_OF(SENSES) == ASK_SENSE_COUNT, "a word for every kind of sense");

static ErrCode fail(Reader *r, const char *format, ...) PRINTF_LIKE(2, 3);
static ErrCode fail(Reader *r, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Str message = arena_vprintf(r->arena, format, args);
    va_end(args);
    ErrCode code = err_set(r->err, ERR_INVALID, "%.*s", STR_ARG(message));
    return r->err ? err_at(r->err, r->file, r->line, 1) : code;
}

static int index_of(const Str *at, size_t n, Str name) {
    for (size_t i = 0; i < n; i++)
        if (str_eq(at[i], name)) return (int)i;
    return -1;
}

int ask_grammar_list(const AskGrammar *grammar, Str name) {
    return index_of(grammar->lists.at, grammar->lists.n, name);
}

static int name_index(Reader *r, Str name) {
    int found = index_of(r->g->names.at, r->g->names.n, name);
    if (found >= 0) return found;
    VEC_PUSH(r->arena, &r->g->names, arena_str(r->arena, name));
    return (int)r->g->names.n - 1;
}

/* ---- lists ---------------------------------------------------------------------------------------------------------- */

static ErrCode add_phrase(Reader *r, Str text) {
    Str value = text;
    Str phrase = str_trim(str_split_next(&value, '='));
    int64_t number = 0;
    if (!phrase.n) return fail(r, "an empty phrase; phrases stand between commas");
    TimeGrain grain;
    bool is_grain = value.p && time_grain_parse(str_trim(value), &grain);
    if (is_grain) number = grain;
    if (value.p && !is_grain && !str_to_int64(str_trim(value), &number))
        return fail(r, "'%.*s' is no whole number and no grain; a phrase's value is one: june=6, monthly=month",
                    STR_ARG(value));
    if (++r->n_phrases > GRAMMAR_MAX_PHRASES) return fail(r, "more than %d phrases", GRAMMAR_MAX_PHRASES);
    AskListEntry *entry = ARENA_NEW(r->arena, AskListEntry);
    *entry = (AskListEntry){.phrase = arena_str(r->arena, phrase), .n_words = 1, .list = r->list, .value = (int)number};
    for (size_t i = 0; i < phrase.n; i++) entry->n_words += phrase.p[i] == ' ';
    Str rest = entry->phrase;
    Str first = str_split_next(&rest, ' ');
    entry->next = map_get(r->g->first, first);
    map_put(r->g->first, first, entry);
    return ERR_OK;
}

static ErrCode add_phrases(Reader *r, Str text) {
    while (text.p) {
        Str phrase = str_trim(str_split_next(&text, ','));
        if (phrase.n) TRY(add_phrase(r, phrase));
    }
    return ERR_OK;
}

static ErrCode begin_list(Reader *r, Str line) {
    Str rest = line;
    Str name = str_trim(str_split_next(&rest, ':'));
    if (!rest.p) return fail(r, "a list is written '@%.*s: phrase, phrase'", STR_ARG(name));
    int found = ask_grammar_list(r->g, name);
    if (found < 0) {
        VEC_PUSH(r->arena, &r->g->lists, arena_str(r->arena, name));
        found = (int)r->g->lists.n - 1;
    }
    r->list = found;
    return add_phrases(r, rest);
}

/* ---- rules ---------------------------------------------------------------------------------------------------------- */

static ErrCode read_part(Reader *r, Str word, AskRulePart *ret) {
    AskRulePart part = {0};
    part.is_optional = str_ends(word, S("?"));
    if (part.is_optional) word.n--;
    if (str_starts(word, S("@"))) {
        part.kind = ASK_PART_LIST;
        part.index = ask_grammar_list(r->g, str_slice(word, 1, word.n));
        if (part.index < 0) {
            Str nearest = str_nearest(str_slice(word, 1, word.n), r->g->lists.at, r->g->lists.n);
            return fail(r, "no list '%.*s' above this rule%s%.*s%s", STR_ARG(word),
                        nearest.n ? "; did you mean '@" : "", STR_ARG(nearest), nearest.n ? "'?" : "");
        }
    } else if (str_eq(word, S("number"))) {
        part.kind = ASK_PART_NUMBER;
    } else if (str_eq(word, S("year"))) {
        part.kind = ASK_PART_YEAR;
    } else if (str_eq(word, S("^"))) {
        part.kind = ASK_PART_START;
    } else if (str_eq(word, S("text"))) {
        part.kind = ASK_PART_TEXT;
    } else {
        int sense = index_of(SENSES, COUNT_OF(SENSES), word);
        part.kind = sense >= 0 ? ASK_PART_SENSE : ASK_PART_RULE;
        part.index = sense >= 0 ? sense : name_index(r, word);
    }
    *ret = part;
    return ERR_OK;
}

static Str next_word(Str *rest) {
    *rest = str_trim(*rest);
    if (!rest->n) return (Str){0};
    Str word = str_split_next(rest, ' ');
    if (!rest->p) *rest = (Str){0};
    return word;
}

static ErrCode read_args(Reader *r, AskRule *rule, Str rest) {
    for (Str word = next_word(&rest); word.n; word = next_word(&rest)) {
        int64_t number;
        if (str_eq(word, S("cost"))) {
            Str cost = next_word(&rest);
            if (!str_to_double(cost, &rule->cost)) return fail(r, "'cost' takes a number, not '%.*s'", STR_ARG(cost));
            continue;
        }
        bool is_literal = str_starts(word, S("="));
        if (!str_to_int64(str_slice(word, is_literal, word.n), &number) ||
            (!is_literal && (number < 0 || (size_t)number > rule->n_parts)))
            return fail(r, "'%.*s' is neither the number of one of the %zu parts nor '=N'", STR_ARG(word),
                        rule->n_parts);
        if (rule->n_args == ASK_MAX_PARTS) return fail(r, "more than %d arguments", ASK_MAX_PARTS);
        rule->args[rule->n_args++] = (AskArg){.part = is_literal ? 0 : (int)number, .number = (int)number};
    }
    return ERR_OK;
}

static ErrCode read_rule(Reader *r, Str line) {
    Str rest = line;
    Str name = str_trim(str_split_next(&rest, ':'));
    ptrdiff_t arrow = rest.p ? str_find(rest, S("->")) : -1;
    if (arrow < 0) return fail(r, "a rule is written 'name: part part -> action 1 2'");
    if (index_of(SENSES, COUNT_OF(SENSES), name) >= 0 || str_eq(name, S("number")) || str_eq(name, S("year")) ||
        str_eq(name, S("text")))
        return fail(r, "'%.*s' is a word of the grammar and cannot name a rule", STR_ARG(name));
    if (++r->n_rules > GRAMMAR_MAX_RULES) return fail(r, "more than %d rules", GRAMMAR_MAX_RULES);
    AskRule *rule = ARENA_NEW(r->arena, AskRule);
    rule->name = name_index(r, name);
    rule->line = r->line;
    Str parts = str_slice(rest, 0, (size_t)arrow), made = str_slice(rest, (size_t)arrow + 2, rest.n);
    bool has_needed = false;
    for (Str word = next_word(&parts); word.n; word = next_word(&parts)) {
        if (rule->n_parts == ASK_MAX_PARTS) return fail(r, "more than %d parts", ASK_MAX_PARTS);
        TRY(read_part(r, word, &rule->parts[rule->n_parts]));
        has_needed |= !rule->parts[rule->n_parts++].is_optional;
    }
    if (!has_needed) return fail(r, "a rule needs a part that may not be missing");
    Str action = next_word(&made);
    rule->action = ask_action(action);
    if (!rule->action) return fail(r, "no action '%.*s'", STR_ARG(action));
    TRY(read_args(r, rule, made));
    rule->next = r->g->rules[0];
    r->g->rules[0] = rule;
    return ERR_OK;
}

/* The line without its comment. After a comma or a colon a phrase begins, which may do so with a '#': "# of". */
static Str without_comment(Str line) {
    char before = 0;
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '#' && before != ',' && before != ':') return str_slice(line, 0, i);
        if (line.p[i] != ' ' && line.p[i] != '\t') before = line.p[i];
    }
    return line;
}

static ErrCode read_line(Reader *r, Str line) {
    line = without_comment(line);
    bool goes_on = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
    line = str_trim(line);
    if (!line.n) return ERR_OK;
    if (goes_on && r->list >= 0) return add_phrases(r, line);
    if (goes_on) return fail(r, "an indented line goes on with a list, and there is none above it");
    if (str_starts(line, S("@"))) return begin_list(r, str_slice(line, 1, line.n));
    r->list = -1;
    return read_rule(r, line);
}

/* From one chain, newest first, to a chain a name in the order of the text. */
static ErrCode finish_rules(Reader *r) {
    AskGrammar *g = r->g;
    AskRule *all = g->rules[0];
    g->rules = ARENA_ARRAY(r->arena, AskRule *, g->names.n + 1);
    while (all) {
        AskRule *rule = all;
        all = rule->next;
        rule->next = g->rules[rule->name];
        g->rules[rule->name] = rule;
    }
    for (size_t i = 0; i < g->names.n; i++) {
        for (const AskRule *rule = g->rules[i]; rule; rule = rule->next)
            for (size_t k = 0; k < rule->n_parts; k++)
                if (rule->parts[k].kind == ASK_PART_RULE && !g->rules[rule->parts[k].index]) {
                    r->line = rule->line;
                    return fail(r, "no rule '%.*s'", STR_ARG(g->names.at[rule->parts[k].index]));
                }
    }
    g->slot = index_of(g->names.at, g->names.n, S("slot"));
    g->whole = index_of(g->names.at, g->names.n, S("whole"));
    g->list_free = ask_grammar_list(g, S("free"));
    g->list_filler = ask_grammar_list(g, S("filler"));
    g->list_event = ask_grammar_list(g, S("event"));
    g->list_weighty = ask_grammar_list(g, S("weighty"));
    g->list_please = ask_grammar_list(g, S("please"));
    g->list_modify = ask_grammar_list(g, S("modify"));
    if (g->slot < 0) return fail(r, "a grammar needs rules called 'slot'");
    return ERR_OK;
}

ErrCode ask_grammar_parse(Arena *arena, Str text, Str file, const AskGrammar **ret_grammar, Err *err) {
    AskGrammar *g = ARENA_NEW(arena, AskGrammar);
    *g = (AskGrammar){.arena = arena, .first = map_new(arena), .rules = ARENA_ARRAY(arena, AskRule *, 1)};
    Reader r = {.arena = arena, .g = g, .file = file, .list = -1, .err = err};
    while (text.p) {
        Str line = str_split_next(&text, '\n');
        r.line++;
        TRY(read_line(&r, line));
    }
    TRY(finish_rules(&r));
    *ret_grammar = g;
    return ERR_OK;
}
