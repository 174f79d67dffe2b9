/* Names and expressions in words. What has no words of its own is said as its text. */
#include "ask/ask_say.h"

/* ---- names ------------------------------------------------------------------------------------------------------------ */

bool say_member(const AskSay *say, Str name, ModelMember *ret) {
    if (say->query && say->query->source_query) return false;
    if (say->fact && !model_member(say->model, say->fact, name, ret, NULL)) return true;
    return !model_member(say->model, NULL, name, ret, NULL);
}

/* Other attributes with that title: by itself it would not tell which is meant. */
static bool is_shared_title(const AskSay *say, Str title, const ModelMember *member) {
    const ModelFact *fact = member->fact;
    for (size_t i = 0; fact && i < fact->n_roles; i++) {
        const ModelDimension *dimension = fact->roles[i].dimension;
        for (size_t k = 0; k < dimension->n_attributes; k++)
            if (str_eq_nocase(dimension->attributes[k].label.title, title) && &fact->roles[i] != member->role)
                return true;
    }
    for (size_t i = 0; i < say->model->n_measures; i++)
        if (str_eq_nocase(say->model->measures[i].label.title, title)) return true;
    return false;
}

static Str spaced(Arena *arena, Str name) {
    char *text = arena_dup(arena, name.p, name.n);
    for (size_t i = 0; i < name.n; i++)
        if (text[i] == '_') text[i] = ' ';
    return (Str){text, name.n};
}

static Str attribute_words(const AskSay *say, const ModelMember *member) {
    Str title = say_lower(say->arena, member->attribute->label.title);
    const ModelRole *role = member->role;
    bool is_role = role && !str_eq(role->name, role->dimension->name);
    Str owner = is_role ? spaced(say->arena, role->name) : say_lower(say->arena, member->dimension->label.title);
    bool is_bare_name = str_eq_nocase(title, S("name"));
    if (is_bare_name) return owner;
    bool has_owner = str_starts(title, owner);
    if (!has_owner && (str_eq_nocase(title, S("id")) || is_shared_title(say, title, member)))
        return arena_printf(say->arena, "%.*s %.*s", STR_ARG(owner), STR_ARG(title));
    return title;
}

/* Of each row; a measure of that title is of the groups. */
static Str column_words(const AskSay *say, const ModelMember *member) {
    Str title = say_lower(say->arena, member->column->label.title);
    bool has_groups = say->query && (say->query->n_dimensions || say->query->time.grain);
    if (member->column->kind != MODEL_COLUMN_VALUE || !has_groups || !is_shared_title(say, title, member)) return title;
    return arena_printf(say->arena, "single %.*s", STR_ARG(title));
}

static Str part_words(Arena *arena, const ModelPart *part) {
    static const struct {
        const char *name, *words;
    } PARTS[] = {{"month_of_year", "month of the year"},
                 {"quarter_of_year", "quarter of the year"},
                 {"day_of_month", "day of the month"},
                 {"hour_of_day", "hour of the day"}};
    for (size_t i = 0; i < COUNT_OF(PARTS); i++)
        if (str_eq(part->name, str_of(PARTS[i].name))) return str_of(PARTS[i].words);
    return spaced(arena, part->name);
}

bool say_is_main_time(const ModelMember *member) {
    return member->kind == MODEL_MEMBER_COLUMN && member->fact && member->fact->time >= 0 &&
           member->column == &member->fact->columns[member->fact->time];
}

static const QueryMember *column_of(const Query *query, Str name) {
    for (size_t i = 0; i < query->n_measures; i++)
        if (str_eq(query->measures[i].alias, name)) return &query->measures[i];
    for (size_t i = 0; i < query->n_dimensions; i++)
        if (str_eq(query->dimensions[i].alias, name)) return &query->dimensions[i];
    return NULL;
}

/* A column of the inner query, else one of this query's own names for what it computes. */
static bool column_words_of(const AskSay *say, Str name, Str *ret) {
    const Query *inner = say->query ? say->query->source_query : NULL;
    const QueryMember *column = inner ? column_of(inner, name) : NULL;
    AskSay within = *say;
    within.query = inner;
    if (column) {
        *ret = say_expr(&within, column->expr);
        return true;
    }
    column = say->query ? column_of(say->query, name) : NULL;
    if (!column || (column->expr->kind == EXPR_NAME && str_eq(column->expr->name, name))) return false;
    *ret = say_expr(say, column->expr);
    return true;
}

Str say_name(const AskSay *say, Str name) {
    Arena *arena = say->arena;
    ModelMember member;
    Str words;
    if (column_words_of(say, name, &words)) return words;
    AskSay plain = *say;
    plain.query = NULL;
    if (!say_member(&plain, name, &member)) return spaced(arena, name);
    switch (member.kind) {
    case MODEL_MEMBER_ATTRIBUTE: words = attribute_words(say, &member); break;
    case MODEL_MEMBER_COLUMN: words = column_words(say, &member); break;
    default: return say_lower(arena, member.label->title);
    }
    if (!member.part) return words;
    Str part = part_words(arena, member.part);
    return say_is_main_time(&member) ? part : arena_printf(arena, "%.*s %.*s", STR_ARG(words), STR_ARG(part));
}

/* ---- values ----------------------------------------------------------------------------------------------------------- */

static bool is_percent(const AskSay *say, const Expr *expr) {
    if (expr->kind == EXPR_DERIVED && (expr->derive == EXPR_DERIVE_SHARE || expr->derive == EXPR_DERIVE_GROWTH))
        return true;
    return expr->kind == EXPR_NAME && say_is_percent(say, expr->name);
}

bool say_is_percent(const AskSay *say, Str name) {
    ModelMember member;
    AskSay plain = *say;
    plain.query = NULL;
    const QueryMember *column = say->query ? column_of(say->query, name) : NULL;
    if (column && !(column->expr->kind == EXPR_NAME && str_eq(column->expr->name, name)))
        return is_percent(&plain, column->expr);
    return say_member(&plain, name, &member) && str_eq(member.label->format, S("percent"));
}

static double number_of(Value value) {
    double number = 0;
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    return str_to_double(value_print(scratch, value), &number) ? number : 0;
}

static bool is_number(Value value) {
    return value.type.kind == TYPE_INT64 || value.type.kind == TYPE_FLOAT64 || value.type.kind == TYPE_DECIMAL;
}

Str say_value(const AskSay *say, Str name, Value value) {
    Arena *arena = say->arena;
    ModelMember member;
    if (value.is_null) return S("nothing");
    bool is_known = say_member(say, name, &member);
    if (is_number(value)) {
        double number = number_of(value);
        Str named = {0};
        if (is_known && member.part && str_eq(member.part->name, S("weekday"))) named = say_weekday((int64_t)number);
        if (is_known && member.part && str_eq(member.part->name, S("month_of_year")))
            named = say_month((int64_t)number);
        if (named.n) return named;
        if (say_is_percent(say, name)) return arena_printf(arena, "%.*s%%", STR_ARG(say_number(arena, number * 100)));
        return is_known && member.part ? value_print(arena, value) : say_number(arena, number);
    }
    Str text = value_print(arena, value);
    bool is_time = value.type.kind == TYPE_DATE || (is_known && (type_is_time(member.type) || member.part));
    return is_time ? say_period(arena, text) : value.type.kind == TYPE_TEXT ? say_text(arena, text) : text;
}

/* ---- conditions ------------------------------------------------------------------------------------------------------- */

static bool is_call(const Expr *expr, SqlFn fn, size_t n_args) {
    return expr->kind == EXPR_CALL && expr->fn == fn && expr->n_args == n_args;
}

static const char *comparison(SqlFn fn) {
    switch (fn) {
    case SQL_FN_EQ: return "is";
    case SQL_FN_NE: return "is not";
    case SQL_FN_LT: return "is less than";
    case SQL_FN_LE: return "is at most";
    case SQL_FN_GT: return "is more than";
    case SQL_FN_GE: return "is at least";
    default: return NULL;
    }
}

static Str operand(const AskSay *say, Str name, const Expr *expr) {
    return expr->kind == EXPR_LITERAL ? say_value(say, name, expr->value) : say_expr(say, expr);
}

static Str name_in(const Expr *expr) {
    return expr->kind == EXPR_NAME ? expr->name : (Str){0};
}

/* A literal that is a day, or its first instant. */
static bool day_of(const Expr *expr, int64_t *ret) {
    bool is_day = expr->kind == EXPR_LITERAL && expr->value.type.kind == TYPE_DATE;
    bool is_instant = expr->kind == EXPR_LITERAL && expr->value.type.kind == TYPE_TIMESTAMP;
    if (is_day) *ret = expr->value.i;
    if (is_instant) *ret = time_day_of_us(expr->value.i);
    return is_day || (is_instant && *ret * TIME_US_PER_DAY == expr->value.i);
}

/* x >= a and x < b, x a date: the days; else false. */
static bool days_of(const Expr *expr, const Expr **ret_name, int64_t *ret_from, int64_t *ret_to) {
    if (!is_call(expr, SQL_FN_AND, 2)) return false;
    const Expr *a = expr->args[0], *b = expr->args[1];
    if (!is_call(a, SQL_FN_GE, 2) || !is_call(b, SQL_FN_LT, 2)) return false;
    const Expr *from = a->args[1], *to = b->args[1];
    bool is_same =
        a->args[0]->kind == EXPR_NAME && b->args[0]->kind == EXPR_NAME && str_eq(a->args[0]->name, b->args[0]->name);
    *ret_name = a->args[0];
    return is_same && day_of(from, ret_from) && day_of(to, ret_to) && *ret_from < *ret_to;
}

static Str span_words(const AskSay *say, const Expr *name, int64_t from, int64_t to) {
    ModelMember member;
    Str days = say_days(say->arena, from, to);
    bool is_main = say_member(say, name->name, &member) && say_is_main_time(&member);
    return is_main ? arena_printf(say->arena, "in %.*s", STR_ARG(days))
                   : arena_printf(say->arena, "%.*s in %.*s", STR_ARG(say_name(say, name->name)), STR_ARG(days));
}

static Str in_words(const AskSay *say, const Expr *expr) {
    Str *values = ARENA_ARRAY(say->arena, Str, expr->n_args);
    Str name = name_in(expr->args[0]);
    for (size_t i = 1; i < expr->n_args; i++) values[i - 1] = operand(say, name, expr->args[i]);
    return arena_printf(say->arena, "%.*s is %s%.*s", STR_ARG(say_expr(say, expr->args[0])),
                        expr->is_negated ? "not " : "",
                        STR_ARG(say_list(say->arena, values, expr->n_args - 1, " or ")));
}

static Str joined(const AskSay *say, const Expr *expr, const char *between) {
    Str *parts = ARENA_ARRAY(say->arena, Str, expr->n_args);
    for (size_t i = 0; i < expr->n_args; i++) {
        parts[i] = say_condition(say, expr->args[i]);
        bool is_other = expr->args[i]->kind == EXPR_CALL && expr->fn != expr->args[i]->fn &&
                        (expr->args[i]->fn == SQL_FN_AND || expr->args[i]->fn == SQL_FN_OR);
        if (is_other) parts[i] = arena_printf(say->arena, "(%.*s)", STR_ARG(parts[i]));
    }
    Str all = parts[0];
    for (size_t i = 1; i < expr->n_args; i++)
        all = arena_printf(say->arena, "%.*s%s%.*s", STR_ARG(all), between, STR_ARG(parts[i]));
    return all;
}

static Str compared_words(const AskSay *say, const Expr *expr, const char *compared) {
    Str left = say_expr(say, expr->args[0]), right = operand(say, name_in(expr->args[0]), expr->args[1]);
    return arena_printf(say->arena, "%.*s %.*s %.*s", STR_ARG(left), STR_ARG(say_verb(say->arena, left, compared)),
                        STR_ARG(right));
}

/* "x is null or x not in (…)": all but these. */
static const Expr *all_but(const Expr *expr) {
    if (!is_call(expr, SQL_FN_OR, 2) || !is_call(expr->args[0], SQL_FN_IS_NULL, 1)) return NULL;
    const Expr *in = expr->args[1];
    return in->kind == EXPR_IN && in->is_negated ? in : NULL;
}

Str say_condition(const AskSay *say, const Expr *expr) {
    Arena *arena = say->arena;
    const Expr *name;
    int64_t from, to;
    if (days_of(expr, &name, &from, &to)) return span_words(say, name, from, to);
    if (all_but(expr)) return in_words(say, all_but(expr));
    if (expr->kind == EXPR_IN) return in_words(say, expr);
    if (expr->kind == EXPR_NAME) return say_name(say, expr->name);
    if (expr->kind != EXPR_CALL) return expr_print(arena, expr);
    const Expr *const *args = expr->args;
    const char *compared = comparison(expr->fn);
    if (compared && expr->n_args == 2) return compared_words(say, expr, compared);
    switch (expr->fn) {
    case SQL_FN_AND: return joined(say, expr, " and ");
    case SQL_FN_OR: return joined(say, expr, " or ");
    case SQL_FN_NOT: {
        bool is_plain = args[0]->kind == EXPR_NAME;
        return arena_printf(arena, is_plain ? "not %.*s" : "not (%.*s)", STR_ARG(say_condition(say, args[0])));
    }
    case SQL_FN_IS_NULL: return arena_printf(arena, "without %.*s", STR_ARG(say_expr(say, args[0])));
    case SQL_FN_IS_SET: return arena_printf(arena, "with any %.*s", STR_ARG(say_expr(say, args[0])));
    case SQL_FN_CONTAINS:
    case SQL_FN_STARTS_WITH:
    case SQL_FN_ENDS_WITH:
        return arena_printf(arena, "%.*s %s %.*s", STR_ARG(say_expr(say, args[0])),
                            expr->fn == SQL_FN_CONTAINS      ? "contains"
                            : expr->fn == SQL_FN_STARTS_WITH ? "starts with"
                                                             : "ends with",
                            STR_ARG(operand(say, name_in(args[0]), args[1])));
    default: return expr_print(arena, expr);
    }
}

/* ---- what is computed ------------------------------------------------------------------------------------------------- */

static Str rows_words(const AskSay *say) {
    Arena *arena = say->arena;
    const Query *inner = say->query ? say->query->source_query : NULL;
    if (inner && inner->n_dimensions)
        return say_plural(arena, say_name(&(AskSay){arena, say->model, say->fact, inner}, inner->dimensions[0].name));
    const ModelDimension *members =
        say->query && say->query->source.n ? model_dimension(say->model, say->query->source) : NULL;
    if (members) return say_plural(arena, say_lower(arena, members->label.title));
    return say->fact ? say_plural(arena, say_lower(arena, say->fact->label.title)) : S("rows");
}

Str say_thing(const AskSay *say, const Expr *expr) {
    ModelMember member;
    bool is_key = expr->kind == EXPR_NAME && say_member(say, expr->name, &member) &&
                  member.kind == MODEL_MEMBER_ATTRIBUTE && member.attribute->is_key && member.dimension->n_key == 1;
    if (!is_key) return say_expr(say, expr);
    bool is_own = !member.role || str_eq(member.role->name, member.dimension->name);
    return is_own ? say_lower(say->arena, member.dimension->label.title) : spaced(say->arena, member.role->name);
}

static bool is_part(const AskSay *say, const Expr *expr) {
    ModelMember member;
    return expr->kind == EXPR_NAME && say_member(say, expr->name, &member) && member.part;
}

/* sum(x) where x is a share of the inner query: the share of them together. */
static bool is_sum_of_shares(const AskSay *say, const Expr *expr) {
    const Query *inner = say->query ? say->query->source_query : NULL;
    const QueryMember *column = inner && expr->fn == SQL_FN_SUM && expr->args[0]->kind == EXPR_NAME
                                    ? column_of(inner, expr->args[0]->name)
                                    : NULL;
    return column && column->expr->kind == EXPR_DERIVED && column->expr->derive == EXPR_DERIVE_SHARE;
}

/* "is it true of all orders that …" */
static Str of_all_words(const AskSay *say, const Expr *expr) {
    return arena_printf(say->arena, "is it true of %s %.*s that %.*s", expr->fn == SQL_FN_BOOL_AND ? "all" : "any",
                        STR_ARG(rows_words(say)), STR_ARG(say_condition(say, expr->args[0])));
}

static Str aggregate_words(const AskSay *say, const Expr *expr) {
    static const struct {
        SqlFn fn;
        const char *words;
    } NAMES[] = {{SQL_FN_SUM, "total"},
                 {SQL_FN_AVG, "average"},
                 {SQL_FN_MIN, "smallest"},
                 {SQL_FN_MAX, "largest"},
                 {SQL_FN_MEDIAN, "median"}};
    Arena *arena = say->arena;
    if (!expr->n_args || expr->fn == SQL_FN_COUNT_ALL)
        return arena_printf(arena, "number of %.*s", STR_ARG(rows_words(say)));
    if (expr->fn == SQL_FN_BOOL_AND || expr->fn == SQL_FN_BOOL_OR) return of_all_words(say, expr);
    AskSay rows = *say; /* inside, names are of each row */
    if (rows.query && !rows.query->source_query) rows.query = NULL;
    Str of = say_expr(&rows, expr->args[0]);
    if (expr->fn == SQL_FN_COUNT)
        return arena_printf(arena, "number of %s%.*s",
                            expr->is_distinct && !is_part(say, expr->args[0]) ? "different " : "",
                            STR_ARG(say_plural(arena, say_thing(say, expr->args[0]))));
    if (is_sum_of_shares(say, expr)) return of;
    ModelMember member;
    bool is_time =
        expr->args[0]->kind == EXPR_NAME && say_member(say, expr->args[0]->name, &member) && type_is_time(member.type);
    if (is_time && (expr->fn == SQL_FN_MIN || expr->fn == SQL_FN_MAX))
        return arena_printf(arena, "%s %.*s", expr->fn == SQL_FN_MIN ? "first" : "last", STR_ARG(of));
    for (size_t i = 0; i < COUNT_OF(NAMES); i++)
        if (NAMES[i].fn == expr->fn) return arena_printf(arena, "%s %.*s", NAMES[i].words, STR_ARG(of));
    if (expr->fn == SQL_FN_CORR && expr->n_args == 2)
        return arena_printf(arena, "correlation of %.*s and %.*s", STR_ARG(of), STR_ARG(say_expr(say, expr->args[1])));
    return expr_print(arena, expr);
}

/* (m where a date range), alone: what is measured, and the days. */
static bool in_days(const Expr *expr, const Expr **ret_of, int64_t *ret_from, int64_t *ret_to) {
    const Expr *name;
    if (expr->kind != EXPR_WHERE || !days_of(expr->args[1], &name, ret_from, ret_to)) return false;
    *ret_of = expr->args[0];
    return true;
}

static bool is_same(Arena *arena, const Expr *a, const Expr *b) {
    return str_eq(expr_print(arena, a), expr_print(arena, b));
}

/* "amount growth from 2013 to 2014": the same in two spans, compared. */
static Str between_spans(const AskSay *say, const Expr *late, const Expr *early, const char *what) {
    Arena *arena = say->arena;
    const Expr *a, *b;
    int64_t a_from, a_to, b_from, b_to;
    if (!in_days(late, &a, &a_from, &a_to) || !in_days(early, &b, &b_from, &b_to) || !is_same(arena, a, b))
        return (Str){0};
    return arena_printf(arena, "%.*s %s from %.*s to %.*s", STR_ARG(say_expr(say, a)), what,
                        STR_ARG(say_days(arena, b_from, b_to)), STR_ARG(say_days(arena, a_from, a_to)));
}

static bool is_one(const Expr *expr) {
    return expr->kind == EXPR_LITERAL && is_number(expr->value) && number_of(expr->value) == 1;
}

static Str ratio_words(const AskSay *say, const Expr *expr) {
    Arena *arena = say->arena;
    const Expr *part = expr->args[0], *whole = expr->args[1];
    Str spans = between_spans(say, part, whole, "ratio");
    if (spans.n) return spans;
    if (part->kind == EXPR_WHERE && is_same(arena, part->args[0], whole))
        return arena_printf(arena, "share of %.*s where %.*s", STR_ARG(say_expr(say, whole)),
                            STR_ARG(say_condition(say, part->args[1])));
    return arena_printf(arena, "%.*s divided by %.*s", STR_ARG(say_expr(say, part)), STR_ARG(say_expr(say, whole)));
}

bool say_is_growth(const AskSay *say, const Expr *expr) {
    bool is_less_one = is_call(expr, SQL_FN_SUB, 2) && is_one(expr->args[1]) && is_call(expr->args[0], SQL_FN_DIV, 2);
    return is_less_one && between_spans(say, expr->args[0]->args[0], expr->args[0]->args[1], "growth").n;
}

bool say_is_ratio(const AskSay *say, const Expr *expr) {
    if (say_is_growth(say, expr)) return true;
    const Expr *part = is_call(expr, SQL_FN_DIV, 2) ? expr->args[0] : NULL;
    return part && part->kind == EXPR_WHERE && is_same(say->arena, part->args[0], expr->args[1]);
}

const Expr *say_measured(const AskSay *say, const Expr *expr) {
    if (expr->kind == EXPR_WHERE) return expr->args[0];
    bool is_change = is_call(expr, SQL_FN_SUB, 2) && between_spans(say, expr->args[0], expr->args[1], "change").n;
    return is_change ? expr->args[0]->args[0] : NULL;
}

static bool is_sum(const Expr *expr) {
    return expr->kind == EXPR_CALL && (expr->fn == SQL_FN_ADD || expr->fn == SQL_FN_SUB);
}

static Str bracketed(const AskSay *say, const Expr *expr, bool is_needed) {
    Str words = say_expr(say, expr);
    return is_needed && (is_sum(expr) || expr->kind == EXPR_WHERE) ? arena_printf(say->arena, "(%.*s)", STR_ARG(words))
                                                                   : words;
}

static Str arithmetic(const AskSay *say, const Expr *expr) {
    Arena *arena = say->arena;
    const Expr *a = expr->args[0], *b = expr->args[1];
    Str words = {0};
    switch (expr->fn) {
    case SQL_FN_ADD: return arena_printf(arena, "%.*s plus %.*s", STR_ARG(say_expr(say, a)), STR_ARG(say_expr(say, b)));
    case SQL_FN_SUB:
        if (is_one(b) && is_call(a, SQL_FN_DIV, 2)) words = between_spans(say, a->args[0], a->args[1], "growth");
        if (!words.n) words = between_spans(say, a, b, "change");
        if (words.n) return words;
        return arena_printf(arena, "%.*s less %.*s", STR_ARG(bracketed(say, a, true)),
                            STR_ARG(bracketed(say, b, true)));
    case SQL_FN_MUL:
        return arena_printf(arena, "%.*s times %.*s", STR_ARG(bracketed(say, a, true)),
                            STR_ARG(bracketed(say, b, true)));
    default: return ratio_words(say, expr);
    }
}

/* ---- derived ---------------------------------------------------------------------------------------------------------- */

static Str by_words(const AskSay *say, const Expr *expr) {
    Str all = {0};
    for (size_t i = 1; i < expr->n_args; i++)
        all = arena_printf(say->arena, "%.*s%s%.*s", STR_ARG(all), i > 1 ? " and " : " within each ",
                           STR_ARG(say_expr(say, expr->args[i])));
    return all;
}

static Str span_text(Arena *arena, const Expr *expr) {
    int64_t n = expr->n ? expr->n : 1;
    const char *unit = expr->unit ? time_grain_name(expr->unit) : "period";
    return n == 1 ? str_of(unit) : arena_printf(arena, "%" PRId64 " %ss", n, unit);
}

/* "the year before", "3 months before", "the period before". */
static Str before_text(Arena *arena, const Expr *expr) {
    Str span = span_text(arena, expr);
    return arena_printf(arena, "%s%.*s before", expr->n > 1 ? "" : "the ", STR_ARG(span));
}

static Str derived_words(const AskSay *say, const Expr *expr) {
    Arena *arena = say->arena;
    Str of = say_expr(say, expr->args[0]), by = by_words(say, expr);
    const char *agg = expr->agg == SQL_FN_AVG   ? "average"
                      : expr->agg == SQL_FN_MIN ? "lowest"
                      : expr->agg == SQL_FN_MAX ? "highest"
                      : expr->agg == SQL_FN_SUM ? "total"
                                                : "number";
    switch (expr->derive) {
    case EXPR_DERIVE_PRIOR: return arena_printf(arena, "%.*s of %.*s", STR_ARG(of), STR_ARG(before_text(arena, expr)));
    case EXPR_DERIVE_LAG: return arena_printf(arena, "%.*s %" PRId64 " periods earlier", STR_ARG(of), expr->n);
    case EXPR_DERIVE_CHANGE:
        return arena_printf(arena, "change of %.*s from %.*s", STR_ARG(of), STR_ARG(before_text(arena, expr)));
    case EXPR_DERIVE_GROWTH:
        return arena_printf(arena, "growth of %.*s over %.*s", STR_ARG(of), STR_ARG(before_text(arena, expr)));
    case EXPR_DERIVE_ROLLING:
        if (expr->agg == SQL_FN_AVG)
            return arena_printf(arena, "%" PRId64 " %s moving average of %.*s", expr->n ? expr->n : 1,
                                expr->unit ? time_grain_name(expr->unit) : "period", STR_ARG(of));
        return arena_printf(arena, "%s of %.*s over %.*s", agg, STR_ARG(of), STR_ARG(span_text(arena, expr)));
    case EXPR_DERIVE_YTD: return arena_printf(arena, "%.*s since the start of the year", STR_ARG(of));
    case EXPR_DERIVE_FYTD: return arena_printf(arena, "%.*s since the start of the fiscal year", STR_ARG(of));
    case EXPR_DERIVE_QTD: return arena_printf(arena, "%.*s since the start of the quarter", STR_ARG(of));
    case EXPR_DERIVE_MTD: return arena_printf(arena, "%.*s since the start of the month", STR_ARG(of));
    case EXPR_DERIVE_CUMULATIVE: return arena_printf(arena, "cumulative %.*s", STR_ARG(of));
    case EXPR_DERIVE_RUNNING: return arena_printf(arena, "running total of %.*s", STR_ARG(of));
    case EXPR_DERIVE_SHARE: return arena_printf(arena, "share of %.*s%.*s", STR_ARG(of), STR_ARG(by));
    case EXPR_DERIVE_RANK:
        return arena_printf(arena, "rank by %.*s%s%.*s", STR_ARG(of), expr->is_ascending ? ", lowest first," : "",
                            STR_ARG(by));
    default: return arena_printf(arena, "%s of %.*s over all%.*s", agg, STR_ARG(of), STR_ARG(by));
    }
}

Str say_column(const AskSay *say, const QueryMember *column) {
    bool is_named = column->expr->kind == EXPR_CASE && !str_eq(column->alias, column->name);
    return is_named ? spaced(say->arena, column->alias) : say_expr(say, column->expr);
}

bool say_is_condition(const Expr *expr) {
    if (expr->kind == EXPR_IN) return true;
    return expr->kind == EXPR_CALL &&
           (comparison(expr->fn) || expr->fn == SQL_FN_AND || expr->fn == SQL_FN_OR || expr->fn == SQL_FN_NOT ||
            expr->fn == SQL_FN_IS_NULL || expr->fn == SQL_FN_IS_SET);
}

const Expr *say_condition_of(const AskSay *say, Str name) {
    const QueryMember *column = say->query ? column_of(say->query, name) : NULL;
    return column && say_is_condition(column->expr) ? column->expr : NULL;
}

static bool counts_rows(const Expr *expr) {
    return expr->kind == EXPR_CALL && (expr->fn == SQL_FN_COUNT_ALL || (expr->fn == SQL_FN_COUNT && !expr->n_args));
}

/* "count(*) > 0", "amount > 0" of a group's: whether there is any. */
static Str whether(const AskSay *say, const Expr *expr) {
    bool is_any = is_call(expr, SQL_FN_GT, 2) && expr->args[1]->kind == EXPR_LITERAL &&
                  is_number(expr->args[1]->value) && number_of(expr->args[1]->value) == 0;
    if (is_any && counts_rows(expr->args[0]))
        return arena_printf(say->arena, "are there any %.*s", STR_ARG(rows_words(say)));
    if (is_any) {
        Str what = say_expr(say, expr->args[0]);
        return arena_printf(say->arena, "%s there any %.*s", say_is_plural(what) ? "are" : "is", STR_ARG(what));
    }
    return arena_printf(say->arena, "is it true that %.*s", STR_ARG(say_condition(say, expr)));
}

/* coalesce(x, 0): x, where there is none nothing. */
static bool is_or_nothing(const Expr *expr) {
    return is_call(expr, SQL_FN_COALESCE, 2) && expr->args[1]->kind == EXPR_LITERAL &&
           is_number(expr->args[1]->value) && number_of(expr->args[1]->value) == 0;
}

Str say_expr(const AskSay *say, const Expr *expr) {
    Arena *arena = say->arena;
    if (is_or_nothing(expr)) return say_expr(say, expr->args[0]);
    switch (expr->kind) {
    case EXPR_NAME: return say_name(say, expr->name);
    case EXPR_LITERAL: return say_value(say, (Str){0}, expr->value);
    case EXPR_DERIVED: return derived_words(say, expr);
    case EXPR_WHERE: {
        const Expr *name;
        int64_t from, to;
        bool is_span = days_of(expr->args[1], &name, &from, &to);
        return arena_printf(arena, is_span ? "%.*s %.*s" : "%.*s where %.*s", STR_ARG(say_expr(say, expr->args[0])),
                            STR_ARG(say_condition(say, expr->args[1])));
    }
    case EXPR_CALL: break;
    default: return expr_print(arena, expr);
    }
    if (say_is_condition(expr)) return whether(say, expr);
    bool is_arithmetic = expr->n_args == 2 && (is_sum(expr) || expr->fn == SQL_FN_MUL || expr->fn == SQL_FN_DIV);
    if (is_arithmetic) return arithmetic(say, expr);
    if (expr->fn == SQL_FN_BUCKET && expr->n_args >= 2)
        return arena_printf(arena, "%.*s in steps of %.*s", STR_ARG(say_expr(say, expr->args[0])),
                            STR_ARG(say_expr(say, expr->args[1])));
    return aggregate_words(say, expr);
}
