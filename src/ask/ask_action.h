#pragma once
/*
 * For ask/ only: the closed set of what a grammar's rules can make. An action refuses (false) what makes no sense: an average of a
 * text, a value that is not of the member beside it. Its name in the grammar: ask_action.c.
 */
#include "ask/ask_time.h"

#define ASK_ACTION AskParse *p, const AskNode *const *args, const int *literals, size_t n_args, AskNode *ret
#define ASK_ACTION_UNUSED (void)p, (void)args, (void)literals, (void)n_args

/* What aggregates are called in rules. */
enum { AGG_DEFAULT, AGG_SUM, AGG_AVG, AGG_MIN, AGG_MAX, AGG_MEDIAN };

/* The number of a member's different values: the pack's own measure, if it counts them. */
const AskTerm *ask_count_distinct(AskParse *p, Str member, Str words, const ModelFact *fact);
/* The first or last date of what a term counts; NULL: it counts nothing that has a time. */
const AskTerm *ask_date_term(AskParse *p, const AskTerm *of, bool is_first);
/* A column's aggregate, by AGG_…. */
const AskTerm *ask_aggregate(AskParse *p, Str column, Str words, const ModelFact *fact, int which);
AskTest *ask_new_test(AskParse *p, const AskNode *ret, AskTestKind kind, Str member);
/* That a row is among those which a measure under a condition counts; NULL: it counts all. `ret`: where it was said; NULL: nowhere. */
AskTest *ask_condition_of(AskParse *p, const AskNode *ret, const ModelMeasure *measure);
bool ask_bound_at_zero(AskParse *p, const AskSense *sense, QueryOp op, AskNode *ret);
bool ask_is_quantity(const ModelMember *member);
Str ask_main_time(const AskParse *p); /* the first calendar time of the facts; empty: none */
void ask_add_groups(AskFrame *frame, const AskNode *members);
bool ask_is_plural(const AskParse *p, const AskNode *members); /* whether the word for a member was in the plural */

/* ask_action_term.c */
bool ask_make_measure(ASK_ACTION);
bool ask_make_rows(ASK_ACTION);
bool ask_make_rows_any(ASK_ACTION);
bool ask_make_aggregate(ASK_ACTION);
bool ask_make_average_of_measure(ASK_ACTION);
bool ask_make_count_distinct(ASK_ACTION);
bool ask_make_count_of_measure(ASK_ACTION);
bool ask_make_count_of_grain(ASK_ACTION);
bool ask_make_date_of(ASK_ACTION);
bool ask_make_ratio(ASK_ACTION);
bool ask_make_same_term(ASK_ACTION);
bool ask_pass_term(ASK_ACTION);
bool ask_make_number(ASK_ACTION);
bool ask_make_ordinal(ASK_ACTION);
bool ask_make_negative(ASK_ACTION);
bool ask_make_fraction(ASK_ACTION);
/* ask_action_member.c */
bool ask_make_member(ASK_ACTION);
bool ask_make_members_of(ASK_ACTION);
bool ask_make_members_begin(ASK_ACTION);
bool ask_make_join(ASK_ACTION);
bool ask_make_part(ASK_ACTION);
bool ask_make_axis(ASK_ACTION);
/* ask_action_test.c */
bool ask_make_equals(ASK_ACTION);
bool ask_make_equals_of(ASK_ACTION);
bool ask_make_either(ASK_ACTION);
bool ask_make_not(ASK_ACTION);
bool ask_pass_test(ASK_ACTION);
bool ask_make_flag(ASK_ACTION);
bool ask_make_flag_not(ASK_ACTION);
bool ask_make_filter(ASK_ACTION);
bool ask_make_filter_not(ASK_ACTION);
bool ask_make_condition(ASK_ACTION);
bool ask_make_condition_not(ASK_ACTION);
bool ask_make_null(ASK_ACTION);
bool ask_make_begins(ASK_ACTION);
/* ask_action_bound.c */
bool ask_make_zero(ASK_ACTION);
bool ask_make_some(ASK_ACTION);
bool ask_make_bound_share(ASK_ACTION);
bool ask_make_sign(ASK_ACTION);
bool ask_make_bound(ASK_ACTION);
bool ask_make_bound_money(ASK_ACTION);
bool ask_make_band(ASK_ACTION);
bool ask_make_band_of(ASK_ACTION);
bool ask_make_band_zero(ASK_ACTION);
bool ask_make_band_list(ASK_ACTION);
bool ask_make_bound_of(ASK_ACTION);
/* ask_action_slot.c */
bool ask_slot_term(ASK_ACTION);
bool ask_slot_term_of(ASK_ACTION);
bool ask_slot_term_per_row(ASK_ACTION);
bool ask_pass_slot(ASK_ACTION);
bool ask_slot_kind(ASK_ACTION);
bool ask_slot_define(ASK_ACTION);
bool ask_slot_group(ASK_ACTION);
bool ask_slot_group_same(ASK_ACTION);
bool ask_slot_group_column(ASK_ACTION);
bool ask_slot_per(ASK_ACTION);
bool ask_slot_each(ASK_ACTION);
bool ask_slot_each_top(ASK_ACTION);
bool ask_slot_which(ASK_ACTION);
bool ask_slot_which_grain(ASK_ACTION);
bool ask_slot_count(ASK_ACTION);
bool ask_slot_count_grain(ASK_ACTION);
bool ask_slot_grain(ASK_ACTION);
bool ask_slot_each_grain(ASK_ACTION);
bool ask_slot_until(ASK_ACTION);
bool ask_slot_test(ASK_ACTION);
bool ask_slot_leave_out(ASK_ACTION);
bool ask_slot_share_within(ASK_ACTION);
bool ask_make_aggregate_date(ASK_ACTION);
bool ask_slot_bands(ASK_ACTION);
bool ask_slot_time(ASK_ACTION);
bool ask_slot_time_each(ASK_ACTION);
bool ask_slot_time_not(ASK_ACTION);
bool ask_slot_time_before(ASK_ACTION);
bool ask_slot_event(ASK_ACTION);
bool ask_slot_extent(ASK_ACTION);
bool ask_slot_new(ASK_ACTION);
bool ask_slot_first(ASK_ACTION);
/* ask_action_rank.c */
bool ask_slot_top(ASK_ACTION);
bool ask_slot_top_grain(ASK_ACTION);
bool ask_slot_place(ASK_ACTION);
bool ask_slot_sorted(ASK_ACTION);
bool ask_slot_after(ASK_ACTION);
bool ask_slot_growth_most(ASK_ACTION);
bool ask_slot_limit(ASK_ACTION);
bool ask_make_not_null(ASK_ACTION);
bool ask_make_bound_at(ASK_ACTION);
bool ask_slot_neither(ASK_ACTION);
bool ask_slot_together(ASK_ACTION);
bool ask_make_compound(ASK_ACTION);
bool ask_make_bound_both(ASK_ACTION);
bool ask_make_equals_measured(ASK_ACTION);
bool ask_make_equals_numbered(ASK_ACTION);
bool ask_slot_sorted_by(ASK_ACTION);
bool ask_slot_top_of(ASK_ACTION);
bool ask_slot_average_each(ASK_ACTION);
bool ask_slot_first_time(ASK_ACTION);
bool ask_slot_time_by(ASK_ACTION);
bool ask_slot_set_beside(ASK_ACTION);
bool ask_slot_in_money(ASK_ACTION);
bool ask_slot_times_listed(ASK_ACTION);
bool ask_slot_average_grain(ASK_ACTION);
bool ask_slot_limit_to(ASK_ACTION);
bool ask_slot_who(ASK_ACTION);
bool ask_slot_time_sibling(ASK_ACTION);
bool ask_slot_part(ASK_ACTION);
bool ask_slot_share_each(ASK_ACTION);
bool ask_slot_against(ASK_ACTION);
bool ask_slot_with_without_tests(ASK_ACTION);
bool ask_slot_having_some(ASK_ACTION);
bool ask_slot_quality(ASK_ACTION);
bool ask_slot_quality_more(ASK_ACTION);
bool ask_make_quality_term(ASK_ACTION);
bool ask_make_quality_bound(ASK_ACTION);
bool ask_slot_most(ASK_ACTION);
bool ask_slot_most_per(ASK_ACTION);
bool ask_slot_plain(ASK_ACTION);
bool ask_slot_often(ASK_ACTION);
bool ask_slot_order(ASK_ACTION);
bool ask_make_lost_bound(ASK_ACTION);
bool ask_slot_loss(ASK_ACTION);
/* ask_action_more.c */
bool ask_slot_derive(ASK_ACTION);
bool ask_slot_prior(ASK_ACTION);
bool ask_slot_share(ASK_ACTION);
bool ask_slot_rolling(ASK_ACTION);
bool ask_slot_growth_bound(ASK_ACTION);
bool ask_slot_average(ASK_ACTION);
bool ask_slot_average_per(ASK_ACTION);
bool ask_slot_average_per_grain(ASK_ACTION);
bool ask_slot_per_measure(ASK_ACTION);
bool ask_slot_spent(ASK_ACTION);
bool ask_slot_distribution(ASK_ACTION);
bool ask_slot_more(ASK_ACTION);
bool ask_slot_weekday_sides(ASK_ACTION);
bool ask_slot_with_without(ASK_ACTION);
bool ask_slot_with_without_measure(ASK_ACTION);
bool ask_slot_with_without_member(ASK_ACTION);
bool ask_slot_set(ASK_ACTION);
bool ask_slot_both(ASK_ACTION);
bool ask_slot_pronoun(ASK_ACTION);
bool ask_slot_edit(ASK_ACTION);
bool ask_slot_shift(ASK_ACTION);
bool ask_slot_only(ASK_ACTION);
bool ask_slot_only_counted(ASK_ACTION);
bool ask_slot_both_times(ASK_ACTION);
bool ask_slot_add(ASK_ACTION);
bool ask_slot_add_term(ASK_ACTION);
bool ask_slot_pieces(ASK_ACTION); /* ask_action_slot.c */
bool ask_slot_howlong(ASK_ACTION);
bool ask_make_date_any(ASK_ACTION); /* ask_action_term.c */
