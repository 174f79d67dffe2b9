#pragma once
/* For ask/ only: what queries, expressions and times are called in words (ask_say*.c). Everything lives in say->arena. */
#include "ask/ask.h"

typedef struct AskSay {
    Arena *arena;
    const Model *model;
    const ModelFact *fact; /* that names are looked up in; NULL: any */
    const Query *query;    /* whose columns may be named */
} AskSay;

/* ---- ask_say_words.c -------------------------------------------------------------------------------------------------- */

/* "a", "a and b", "a, b and c". */
Str say_list(Arena *arena, const Str *items, size_t n, const char *last);
Str say_lower(Arena *arena, Str title);   /* "Unit weight" -> "unit weight"; "AOV" stays */
Str say_capital(Arena *arena, Str words); /* its first letter */
/* "second ", "11th "; nothing for the first. */
Str say_place(Arena *arena, int64_t place);
Str say_singular(Arena *arena, Str words); /* the other way round: "city trips"; what ends otherwise stays */
Str say_plural(Arena *arena, Str words);   /* of its last word; of "hour of day" the first */
bool say_is_plural(Str words);
Str say_verb(Arena *arena, Str subject, const char *verb); /* "is more than", of orders "are more than" */
Str say_number(Arena *arena, double number);               /* "10,000", "0.5" */
/* In quotes only where it could be taken for more than one. */
Str say_text(Arena *arena, Str text);

/* ---- ask_say_time.c --------------------------------------------------------------------------------------------------- */

Str say_period(Arena *arena, Str period); /* "2013-03" -> "March 2013"; what is no period stays as it is */
Str say_day(Arena *arena, int64_t day);   /* "7 March 2013" */
/* The text with its days as people write them. */
Str say_dates(Arena *arena, Str text);
/* Half-open days: "2013", "March 2013", "1 to 9 December 2011". */
Str say_days(Arena *arena, int64_t from, int64_t to);
/* " in 2013", " since March 2013", " last month"; unit is that of an integer axis. Nothing of no range. */
Str say_range(Arena *arena, const QueryRange *range, Str unit);
Str say_weekday(int64_t n);
Str say_month(int64_t n);

/* ---- ask_say_expr.c --------------------------------------------------------------------------------------------------- */

/* A measure, attribute, column or filter in words. */
Str say_name(const AskSay *say, Str name);
/* What an expression gives: "average price", "growth of amount from 2013 to 2014". */
Str say_expr(const AskSay *say, const Expr *expr);
/* A column that is computed by cases has no words but its own name. */
Str say_column(const AskSay *say, const QueryMember *column);
/* What an expression is true of: "city is West". */
Str say_condition(const AskSay *say, const Expr *expr);
/* A comparison's other side, as the member has it: weekdays by name, ratios as percent. */
Str say_value(const AskSay *say, Str member, Value value);
/* Whether what stands under the name is written as percent. */
bool say_is_percent(const AskSay *say, Str name);
bool say_is_condition(const Expr *expr);
/* The condition that the query's own column of that name is; NULL: it is none. */
const Expr *say_condition_of(const AskSay *say, Str name);
/* A part of a whole, or growth: written as percent. */
bool say_is_ratio(const AskSay *say, const Expr *expr);
/* m in one time / m in another - 1 */
bool say_is_growth(const AskSay *say, const Expr *expr);
/* What is measured, where the expression is that of some rows, or its difference between two times; NULL: something else. */
const Expr *say_measured(const AskSay *say, const Expr *expr);
/* What a group's members are: of a key that people by "person". */
Str say_thing(const AskSay *say, const Expr *expr);
bool say_is_main_time(const ModelMember *member);
/* The member as the model has it. */
bool say_member(const AskSay *say, Str name, ModelMember *ret);

/* ---- ask_say.c -------------------------------------------------------------------------------------------------------- */

/* The query with the fact that its names are looked up in. */
AskSay say_of(Arena *arena, const Model *model, const Query *query);
/* " in 2013 where segment is Corporate": what the query is narrowed to, conditions on its groups too. */
Str say_scope(const AskSay *outer, const Query *query, bool has_tests);
/* "people whose amount is more than 10,000": the groups of a query, as things. */
Str say_inner(const AskSay *say, const Query *inner);
