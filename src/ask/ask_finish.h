#pragma once
/* For ask/ only: a query being put together (ask_finish.c) and its text (ask_print.c). */
#include <string.h>

#include "ask/ask_time.h"

typedef struct FinishColumn {
    Str expr;
    Str as; /* empty: a plain name */
    const AskTerm *term;
} FinishColumn;

typedef struct Finish Finish;
struct Finish {
    AskParse *p;
    AskFrame frame;       /* its own copy */
    const AskFrame *said; /* as the words gave it */
    const AskCandidate *candidate;
    const ModelFact *fact;
    FinishColumn measures[ASK_MAX_ITEMS];
    size_t n_measures;
    const AskTest *where[16];
    size_t n_where;
    const AskTest *having[8];
    size_t n_having;
    const AskTest *of_entities[8]; /* bounds of the figures of what is counted */
    size_t n_of_entities;
    const Finish *source; /* the query whose rows are asked about */
    bool shows_groups;    /* of a query with a source: its groups and time are its own */
    bool shows_time;
    FinishColumn band; /* a group by bands; empty: none */
    Str compare;
    Str ordered_by; /* the column; empty: that of the frame's order */
    AskCosts costs;
    Str notes[8];
    size_t n_notes;
};

/* The semantic query as JSON. */
Str finish_print(const Finish *f);
/* A text as an expression has it. */
Str finish_quoted(Arena *arena, Str text);
/* A condition of an expression. */
Str finish_test_expr(AskParse *p, const AskTest *test); /* empty: none says it */
Str finish_bound_expr(AskParse *p, const AskTest *test, Str what);

/* What has its own first ones: the member, or the periods of the time. */
Str finish_each_member(const Finish *f);

#define ASK_PLURAL_LIMIT 10

/* A choice that the words did not make. */
void finish_doubt(Finish *f, AskFeature feature, double amount);

/* ask_finish_resolve.c */
void finish_group_by_listed(AskFrame *frame);
void finish_axis_to_grain(Finish *f);
bool finish_has_idle_group(const AskFrame *frame);
void finish_place_each_grain(Finish *f);
void finish_move_time(Finish *f);
const ModelFact *finish_fact_of(const AskParse *p, const AskFrame *frame);
Str finish_time_column(const ModelFact *fact);
const AskTerm *finish_primary(AskParse *p);
bool finish_is_percent_format(const AskParse *p, Str member, const AskTerm *term);
void finish_note(Finish *f, Str text);
void finish_resolve_times(Finish *f);
void finish_prior(Finish *f);
void finish_unite_values(Finish *f);
const AskTerm *finish_counting(Finish *f);
void finish_resolve_tests(Finish *f);
void finish_count_to_group(Finish *f);
void finish_group_to_count(Finish *f);
void finish_keep_counted(Finish *f);
void finish_ask_for_money(Finish *f);
void finish_split_order(AskFrame *frame);
bool finish_is_ranked(const AskFrame *frame);

/* ask_finish_sets.c */
void finish_split_times(Finish *f);
void finish_negate_entities(Finish *f);
bool finish_is_negated(const AskTest *test); /* of a condition */
void finish_free_measures(Finish *f);
void finish_name_measures(Finish *f);
const AskTerm *finish_counting_such(const Finish *f, bool is_how_often);

/* ask_finish_derive.c */
bool finish_is_date_term(const AskTerm *term);
Str finish_range_expr(Finish *f, const AskTime *time); /* empty: it cannot be written so */
bool finish_shows(const Finish *f, const AskTerm *term);
void finish_add_measure(Finish *f, const AskTerm *term);
FinishColumn finish_ratio(Finish *f, Str a, Str b, Str as);
bool finish_compare_times(Finish *f, const AskTime *a, const AskTime *b, const char *how);
bool finish_two_times(const AskFrame *frame, const AskTime **a, const AskTime **b);
bool finish_compare_all(Finish *f);
bool finish_derive(Finish *f);
bool finish_with_and_without(Finish *f);
bool finish_compare_groups(Finish *f);

/* ask_finish_inner.c */
void finish_average_of_each(Finish *f);
bool finish_average(Finish *f);
void finish_count_entities(Finish *f);
bool finish_yes_or_no(Finish *f);
bool finish_add_sets(Finish *f);
bool finish_is_over_time(const AskFrame *frame);
void finish_first_of_all(Finish *f);
void finish_rank_within(Finish *f);
bool finish_band(Finish *f);
bool finish_distribute(Finish *f);
bool finish_by_first_date(Finish *f);
