/* An answer in one sentence, its figures as people read them, with what the data does not cover and what is left out. */
#include <math.h>
#include <string.h>

#include "ask/ask_answer.h"

enum { MAX_NAMED = 7, MAX_TOLD = 3 };

typedef struct Tell {
    Arena *arena;
    AskSay say;
    const Query *query;
    const AskRows *rows;
    size_t groups[16];
    size_t n_groups;
    size_t measures[64];
    size_t n_measures;
} Tell;

/* ---- cells ------------------------------------------------------------------------------------------------------------ */

bool ask_is_time_column(const QueryColumn *column) {
    return column->role == QUERY_ROLE_TIME || (column->grain != TIME_GRAIN_NONE && type_is_time(column->type));
}

Value ask_cell(const AskRows *rows, size_t row, size_t column) {
    for (size_t i = 0; i < rows->n_batches; i++) {
        if (row < rows->batches[i].n_rows) return column_value(&rows->batches[i].columns[column], row);
        row -= rows->batches[i].n_rows;
    }
    return value_null(TYPE(TYPE_NULL));
}

size_t ask_n_rows(const AskRows *rows) {
    size_t n = 0;
    for (size_t i = 0; i < rows->n_batches; i++) n += rows->batches[i].n_rows;
    return n;
}

double ask_number(Arena *arena, Value value) {
    double number;
    if (value.is_null || !str_to_double(value_print(arena, value), &number)) return NAN;
    return number;
}

WriterColumn ask_writer_column(Arena *arena, const QueryColumn *c) {
    return (WriterColumn){.name = c->name,
                          .type = c->type,
                          .title = c->title,
                          .format = c->format,
                          .unit = c->unit,
                          .decimals = c->decimals,
                          .grain = c->grain,
                          .fiscal_month = c->fiscal_month,
                          .bucket = query_column_is_bucket(c) ? value_print(arena, c->bucket) : (Str){0},
                          .is_local = c->is_local,
                          .member = c->member,
                          .role = str_of(query_role_name(c->role))};
}

static Str figure(const Tell *t, size_t row, size_t column) {
    Value value = ask_cell(t->rows, row, column);
    const QueryColumn *c = &t->rows->columns[column];
    WriterColumn how = ask_writer_column(t->arena, c);
    if (value.is_null) return S("nothing");
    if (value.type.kind == TYPE_BOOL) return value.b ? S("yes") : S("no");
    Str text = format_value(t->arena, value, &how);
    if (c->grain != TIME_GRAIN_NONE || value.type.kind == TYPE_DATE) return say_period(t->arena, text);
    bool has_unit = c->unit.n && c->role == QUERY_ROLE_MEASURE && !str_eq(c->format, S("currency"));
    return has_unit ? arena_printf(t->arena, "%.*s %.*s", STR_ARG(text), STR_ARG(c->unit)) : text;
}

static Str name_of_part(const Tell *t, size_t row, size_t column) {
    const QueryColumn *c = &t->rows->columns[column];
    Value value = ask_cell(t->rows, row, column);
    ModelMember member;
    Str named = {0};
    bool is_part = c->role == QUERY_ROLE_DIMENSION && !value.is_null && value.type.kind == TYPE_INT64 &&
                   say_member(&t->say, c->member, &member) && member.part;
    if (is_part && str_eq(member.part->name, S("weekday"))) named = say_weekday(value.i);
    if (is_part && str_eq(member.part->name, S("month_of_year"))) named = say_month(value.i);
    if (named.n) return named;
    Str words = figure(t, row, column);
    bool is_bare = !value.is_null && (value.type.kind == TYPE_INT64 || value.type.kind == TYPE_FLOAT64 ||
                                      value.type.kind == TYPE_DECIMAL || value.type.kind == TYPE_BOOL);
    if (!is_bare) return words;
    return arena_printf(t->arena, "%.*s %.*s", STR_ARG(say_lower(t->arena, c->title)), STR_ARG(words));
}

/* "Ulm", "Ulm – Dry in March 2021". */
static Str label(const Tell *t, size_t row) {
    Str parts[16] = {{0}}, time = {0};
    size_t n = 0;
    for (size_t i = 0; i < t->n_groups; i++) {
        bool is_time = t->n_groups > 1 && t->rows->columns[t->groups[i]].role == QUERY_ROLE_TIME;
        if (is_time)
            time = name_of_part(t, row, t->groups[i]);
        else
            parts[n++] = name_of_part(t, row, t->groups[i]);
    }
    Str all = say_list(t->arena, parts, n, " – ");
    return time.n ? arena_printf(t->arena, "%.*s in %.*s", STR_ARG(all), STR_ARG(time)) : all;
}

static Str measure_words(const Tell *t, size_t i) {
    size_t k = i < t->query->n_measures && !t->query->time.compare.n ? i : 0;
    if (t->query->n_measures == t->n_measures && t->query->n_measures > k)
        return say_expr(&t->say, t->query->measures[k].expr);
    return say_lower(t->arena, t->rows->columns[t->measures[i]].title);
}

/* ---- one row ---------------------------------------------------------------------------------------------------------- */

/* The reading is a question: "are there any orders", "is it true that …". */
static Str yes_or_no(const Tell *t, bool is_yes) {
    static const struct {
        const char *question, *yes, *no;
    } WAYS[] = {{"are there any ", "there are ", "there are no "},
                {"is there any ", "there is ", "there is no "},
                {"is it true that ", "", "it is not so that "},
                {"", "", "it is not so that "}};
    Str words = measure_words(t, 0), scope = say_scope(&t->say, t->query, true);
    if (t->query->source_query)
        scope = arena_printf(t->arena, " of the %.*s%.*s", STR_ARG(say_inner(&t->say, t->query->source_query)),
                             STR_ARG(scope));
    size_t way = 0;
    while (way + 1 < COUNT_OF(WAYS) && !str_starts(words, str_of(WAYS[way].question))) way++;
    Str rest = str_slice(words, str_of(WAYS[way].question).n, words.n);
    return arena_printf(t->arena, "%s: %s%.*s%.*s.", is_yes ? "Yes" : "No", is_yes ? WAYS[way].yes : WAYS[way].no,
                        STR_ARG(rest), STR_ARG(scope));
}

static Str was(const Tell *t, Str words, size_t column) {
    Value value = ask_cell(t->rows, 0, column);
    const char *verb = say_is_plural(words) && str_find(words, S(" of ")) < 0 ? "were" : "was";
    if (!value.is_null && type_is_time(value.type)) return arena_printf(t->arena, "%s on", verb);
    return str_of(verb);
}

static Str figures(const Tell *t) {
    Arena *arena = t->arena;
    Value first = ask_cell(t->rows, 0, t->measures[0]);
    if (first.type.kind == TYPE_BOOL && !first.is_null && t->n_measures == 1) return yes_or_no(t, first.b);
    Str words = measure_words(t, 0);
    Str scope = say_scope(&t->say, t->query, true);
    if (t->query->source_query)
        scope = arena_printf(arena, " of the %.*s%.*s", STR_ARG(say_inner(&t->say, t->query->source_query)),
                             STR_ARG(scope));
    bool is_counting = t->query->source_query && t->n_measures == 1 && str_starts(words, S("number of "));
    if (is_counting) {
        words = arena_printf(arena, "number of %.*s", STR_ARG(say_inner(&t->say, t->query->source_query)));
        scope = (Str){0};
    }
    if (first.is_null && t->n_measures == 1)
        return arena_printf(arena, "There is no %.*s%.*s.", STR_ARG(words), STR_ARG(scope));
    Str parts[64];
    for (size_t i = 0; i < t->n_measures; i++) {
        Str value = figure(t, 0, t->measures[i]);
        parts[i] = i ? arena_printf(arena, "%.*s %.*s", STR_ARG(measure_words(t, i)), STR_ARG(value))
                     : arena_printf(arena, "%.*s%.*s %.*s %.*s", STR_ARG(words), STR_ARG(scope),
                                    STR_ARG(was(t, words, t->measures[0])), STR_ARG(value));
    }
    return arena_printf(arena, "%.*s.", STR_ARG(say_list(arena, parts, t->n_measures, " and ")));
}

/* "Paper had the highest weight in 2013, $663,778.73." */
static Str one_group(const Tell *t) {
    Arena *arena = t->arena;
    Str scope = say_scope(&t->say, t->query, true), who = label(t, 0);
    size_t by = 0;
    bool is_first = t->query->n_order == 1 && t->query->limit == 1;
    for (size_t i = 0; i < t->n_measures && is_first; i++)
        if (str_eq(t->rows->columns[t->measures[i]].name, t->query->order[0].name)) by = i;
    if (is_first)
        return arena_printf(arena, "%.*s had the %.*s%s %.*s%.*s, %.*s.", STR_ARG(who),
                            STR_ARG(say_place(arena, t->query->offset + 1)),
                            t->query->order[0].is_desc ? "highest" : "lowest", STR_ARG(measure_words(t, by)),
                            STR_ARG(scope), STR_ARG(figure(t, 0, t->measures[by])));
    Str parts[64];
    for (size_t i = 0; i < t->n_measures; i++)
        parts[i] =
            arena_printf(arena, "%.*s %.*s", STR_ARG(measure_words(t, i)), STR_ARG(figure(t, 0, t->measures[i])));
    scope = say_scope(&t->say, t->query, false);
    return arena_printf(arena, "%.*s%.*s: %.*s.", STR_ARG(who), STR_ARG(scope),
                        STR_ARG(say_list(arena, parts, t->n_measures, " and ")));
}

/* ---- many rows -------------------------------------------------------------------------------------------------------- */

static Str group_words(const Tell *t, size_t i) {
    const QueryColumn *c = &t->rows->columns[t->groups[i]];
    size_t d = t->groups[i] - (t->rows->columns[0].role == QUERY_ROLE_TIME);
    if (c->role == QUERY_ROLE_DIMENSION && d < t->query->n_dimensions)
        return say_expr(&t->say, t->query->dimensions[d].expr);
    if (c->grain != TIME_GRAIN_NONE) return str_of(time_grain_name(c->grain));
    return say_lower(t->arena, c->title);
}

/* "13 cities", "48 combinations of city and month". */
static Str counted(const Tell *t, size_t n) {
    Arena *arena = t->arena;
    if (t->n_groups == 1) {
        Str one = group_words(t, 0), many = say_plural(arena, one);
        return format_count(arena, (int64_t)n, arena_cstr(arena, one), arena_cstr(arena, many));
    }
    Str parts[16];
    for (size_t i = 0; i < t->n_groups; i++) parts[i] = group_words(t, i);
    return arena_printf(arena, "%.*s of %.*s", STR_ARG(format_count(arena, (int64_t)n, "combination", "combinations")),
                        STR_ARG(say_list(arena, parts, t->n_groups, " and ")));
}

static Str names_only(const Tell *t, size_t n) {
    Arena *arena = t->arena;
    Str parts[MAX_NAMED];
    size_t shown = n <= MAX_NAMED ? n : MAX_TOLD;
    bool has_commas = false;
    for (size_t i = 0; i < shown; i++) {
        parts[i] = label(t, i);
        has_commas |= str_find_char(parts[i], ',') >= 0;
    }
    for (size_t i = 0; i < shown && has_commas; i++) parts[i] = arena_printf(arena, "\"%.*s\"", STR_ARG(parts[i]));
    Str scope = say_scope(&t->say, t->query, true);
    return arena_printf(arena, "%.*s%.*s%s%.*s.", STR_ARG(counted(t, n)), STR_ARG(scope),
                        n <= MAX_NAMED ? ": " : "; the first are ",
                        STR_ARG(say_list(arena, parts, shown, t->n_groups > 1 ? "; " : " and ")));
}

/* The highest and lowest of rows [from, to). */
static bool find_ends(const Tell *t, size_t from, size_t to, size_t *ret_high, size_t *ret_low) {
    double high = -INFINITY, low = INFINITY;
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    for (size_t i = from; i < to; i++) {
        double number = ask_number(scratch, ask_cell(t->rows, i, t->measures[0]));
        if (number > high) {
            high = number;
            *ret_high = i;
        }
        if (number <= low) {
            low = number;
            *ret_low = i;
        }
    }
    return high > low;
}

/* "up 12.5 %", "down", "unchanged". */
static Str direction(const Tell *t, size_t n) {
    size_t c = t->measures[0];
    double first = ask_number(t->arena, ask_cell(t->rows, 0, c)),
           last = ask_number(t->arena, ask_cell(t->rows, n - 1, c));
    if (isnan(first) || isnan(last)) return (Str){0};
    if (last == first) return S(", unchanged");
    const char *way = last > first ? "up" : "down";
    bool is_ratio = str_eq(t->rows->columns[c].format, S("percent"));
    if (first <= 0 || last < 0 || is_ratio) return arena_printf(t->arena, ", %s", way);
    return arena_printf(t->arena, ", %s %.1f %%", way, fabs(last / first - 1) * 100);
}

/* The first or last period shown is one that the data covers only a part of. */
static bool is_partial(const Tell *t, bool is_first) {
    const QueryPeriod *period = &t->rows->account->period;
    return period->is_known && (is_first ? period->is_first_partial : period->is_last_partial);
}

static Str trend(const Tell *t, size_t n) {
    Arena *arena = t->arena;
    size_t high = 0, low = 0, c = t->measures[0];
    Str scope = say_scope(&t->say, t->query, true);
    /* a period that has only some of its days is no low, and no direction */
    bool is_first = is_partial(t, true), is_last = is_partial(t, false), has_more = n > 3;
    bool has_ends = find_ends(t, has_more && is_first, n - (has_more && is_last), &high, &low);
    Str way = is_first || is_last ? (Str){0} : direction(t, n);
    Str all = arena_printf(arena, "%.*s%.*s: from %.*s (%.*s%s) to %.*s (%.*s%s)%.*s", STR_ARG(measure_words(t, 0)),
                           STR_ARG(scope), STR_ARG(figure(t, 0, c)), STR_ARG(label(t, 0)),
                           is_first ? ", incomplete" : "", STR_ARG(figure(t, n - 1, c)), STR_ARG(label(t, n - 1)),
                           is_last ? ", incomplete" : "", STR_ARG(way));
    if (!has_ends) return arena_printf(arena, "%.*s.", STR_ARG(all));
    return arena_printf(arena, "%.*s; highest in %.*s with %.*s, lowest in %.*s with %.*s.", STR_ARG(all),
                        STR_ARG(label(t, high)), STR_ARG(figure(t, high, c)), STR_ARG(label(t, low)),
                        STR_ARG(figure(t, low, c)));
}

static bool is_trend(const Tell *t) {
    return t->n_groups == 1 && ask_is_time_column(&t->rows->columns[t->groups[0]]) && !t->query->n_order &&
           !type_is_time(t->rows->columns[t->measures[0]].type);
}

static Str many(const Tell *t, size_t n) {
    Arena *arena = t->arena;
    size_t high = 0, low = 0, c = t->measures[0];
    if (is_trend(t)) return trend(t, n);
    Str scope = say_scope(&t->say, t->query, true), head = counted(t, n);
    if (!find_ends(t, 0, n, &high, &low)) {
        bool is_known = !ask_cell(t->rows, 0, c).is_null;
        return is_known ? arena_printf(arena, "%.*s%.*s; %.*s is %.*s for each.", STR_ARG(head), STR_ARG(scope),
                                       STR_ARG(measure_words(t, 0)), STR_ARG(figure(t, 0, c)))
                        : arena_printf(arena, "%.*s%.*s.", STR_ARG(head), STR_ARG(scope));
    }
    return arena_printf(arena, "%.*s%.*s; %.*s leads in %.*s with %.*s, %.*s is last with %.*s.", STR_ARG(head),
                        STR_ARG(scope), STR_ARG(label(t, high)), STR_ARG(measure_words(t, 0)),
                        STR_ARG(figure(t, high, c)), STR_ARG(label(t, low)), STR_ARG(figure(t, low, c)));
}

/* ---- what the data does not hold -------------------------------------------------------------------------------------- */

static Str empty(const Tell *t) {
    Str scope = say_scope(&t->say, t->query, true);
    Str what = t->n_groups ? group_words(t, 0) : t->n_measures ? measure_words(t, 0) : S("row");
    return arena_printf(t->arena, "No %.*s%.*s.", STR_ARG(what), STR_ARG(scope));
}

/* "December 2011 holds 9 of 31 days." */
static Str incomplete(const Tell *t) {
    const QueryPeriod *period = &t->rows->account->period;
    bool is_about_time = t->query->time.grain || t->query->time.range.is_given;
    ptrdiff_t at = str_find_char(period->text, ';');
    if (!is_about_time || !period->is_known || !(period->is_first_partial || period->is_last_partial) || at < 0)
        return (Str){0};
    Str rest = str_trim(str_slice(period->text, (size_t)at + 1, period->text.n));
    return arena_printf(t->arena, " %.*s.", STR_ARG(say_dates(t->arena, say_capital(t->arena, rest))));
}

static bool is_vowel(Str word) {
    return word.n && strchr("aeiouAEIOU", word.p[0]);
}

static Str article_of(Arena *arena, Str word) {
    return arena_printf(arena, "%s %.*s", is_vowel(word) ? "an" : "a", STR_ARG(word));
}

Str ask_left_out_words(Arena *arena, const Model *model, const Query *query, const QueryLeftOut *out) {
    AskSay say = say_of(arena, model, query);
    Str member = out->member;
    ptrdiff_t at = str_find(member, S(": "));
    if (at >= 0) {
        member = str_slice(member, (size_t)at + 2, member.n);
        say.query = NULL; /* a name of an inner query */
    }
    Str row = say.fact ? say_singular(arena, say_lower(arena, say.fact->label.title)) : S("row");
    Str rows = say_plural(arena, row);
    Str n = format_count(arena, out->n_rows, arena_cstr(arena, row), arena_cstr(arena, rows));
    return arena_printf(arena, "%.*s without %.*s %s not shown.", STR_ARG(n),
                        STR_ARG(article_of(arena, say_name(&say, member))), out->n_rows == 1 ? "is" : "are");
}

Str ask_sentence(Arena *arena, const Model *model, const Query *query, const AskRows *rows) {
    Tell t = {.arena = arena, .say = say_of(arena, model, query), .query = query, .rows = rows};
    size_t n = ask_n_rows(rows);
    for (size_t i = 0; i < rows->n_columns; i++) {
        if (rows->columns[i].role == QUERY_ROLE_MEASURE && t.n_measures < COUNT_OF(t.measures))
            t.measures[t.n_measures++] = i;
        if (rows->columns[i].role != QUERY_ROLE_MEASURE && t.n_groups < COUNT_OF(t.groups)) t.groups[t.n_groups++] = i;
    }
    Str words = !n              ? empty(&t)
                : query->n_list ? arena_printf(arena, "%.*s.", STR_ARG(format_count(arena, (int64_t)n, "row", "rows")))
                : !t.n_measures ? names_only(&t, n)
                : !t.n_groups   ? figures(&t)
                : n == 1 && !is_trend(&t) ? one_group(&t)
                                          : many(&t, n);
    bool is_value = n == 1 && t.n_measures && t.n_groups; /* begins with one, which stays as it is */
    if (!is_value) words = say_capital(arena, words);
    return arena_printf(arena, "%.*s%.*s", STR_ARG(words), STR_ARG(incomplete(&t)));
}
