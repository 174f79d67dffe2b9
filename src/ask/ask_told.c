/* What is answered without data: what a measure means, what can be asked, and which of the pack's questions are near. */
#include "ask/ask_answer.h"
#include "ask/ask_internal.h"

enum { MAX_HELP = 12, MAX_EXAMPLES = 3 };

/* ---- help ------------------------------------------------------------------------------------------------------------- */

/* The whole question, punctuation aside, is a phrase of the list. */
static bool is_phrase_of(const AskGrammar *grammar, Str list, const AskToken *tokens, size_t n) {
    int index = ask_grammar_list(grammar, list);
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    Str all = {0}, first = {0};
    for (size_t i = 0; i < n; i++) {
        if (tokens[i].kind == ASK_TOKEN_PUNCT) continue;
        if (!first.n) first = tokens[i].norm;
        all = arena_printf(scratch, "%.*s%s%.*s", STR_ARG(all), all.n ? " " : "", STR_ARG(tokens[i].norm));
    }
    const AskListEntry *entry = first.n ? map_get(grammar->first, first) : NULL;
    for (; entry && index >= 0; entry = entry->next)
        if (entry->list == index && str_eq(entry->phrase, all)) return true;
    return false;
}

bool ask_is_for_help(Arena *arena, const AskEngine *engine, Str question) {
    const AskToken *tokens;
    size_t n;
    if (ask_tokenize(arena, question, &tokens, &n, NULL)) return false;
    return is_phrase_of(engine->grammar, S("help"), tokens, n);
}

static Str measure_titles(Arena *arena, const Model *model) {
    Str titles[MAX_HELP];
    size_t n = 0;
    for (size_t i = 0; i < model->n_measures && n < MAX_HELP; i++)
        if (!model->measures[i].label.is_hidden && model_sees(model, &model->measures[i].label))
            titles[n++] = say_lower(arena, model->measures[i].label.title);
    return say_list(arena, titles, n, " and ");
}

static void add_title(Str *titles, size_t *n, Str title) {
    for (size_t i = 0; i < *n; i++)
        if (str_eq(titles[i], title)) return;
    if (*n < MAX_HELP) titles[(*n)++] = title;
}

static Str group_titles(Arena *arena, const Model *model) {
    Str titles[MAX_HELP];
    size_t n = 0;
    for (size_t f = 0; f < model->n_facts; f++) {
        const ModelFact *fact = &model->facts[f];
        AskSay say = {.arena = arena, .model = model, .fact = fact};
        for (size_t r = 0; r < fact->n_roles; r++) {
            const ModelDimension *dimension = fact->roles[r].dimension;
            bool has_more = dimension->n_key < dimension->n_attributes;
            for (size_t a = 0; a < dimension->n_attributes; a++) {
                const ModelAttribute *attribute = &dimension->attributes[a];
                if (attribute->label.is_hidden || (attribute->is_key && has_more) ||
                    !model_sees(model, &attribute->label))
                    continue;
                add_title(titles, &n,
                          say_name(&say, arena_printf(arena, "%.*s.%.*s", STR_ARG(fact->roles[r].name),
                                                      STR_ARG(attribute->name))));
            }
        }
    }
    return say_list(arena, titles, n, " and ");
}

static Str example_questions(const Ctx *ctx, const Model *model) {
    Str all = {0};
    size_t n = 0;
    for (size_t i = 0; i < model->n_questions && n < MAX_EXAMPLES; i++) {
        if (!model->questions[i].is_example || !ask_question_is_seen(ctx, &model->questions[i])) continue;
        all = arena_printf(ctx->arena, "%.*s%s%.*s", STR_ARG(all), n++ ? " · " : "",
                           STR_ARG(model->questions[i].question));
    }
    return all;
}

Str ask_help(const Ctx *ctx, const Model *model) {
    Arena *arena = ctx->arena;
    Str measures = measure_titles(arena, model), groups = group_titles(arena, model),
        examples = example_questions(ctx, model);
    const ModelFact *fact = model->n_facts ? &model->facts[0] : NULL;
    Str times =
        fact && fact->axis_unit.n ? say_plural(arena, fact->axis_unit) : S("years, quarters, months, weeks or days");
    return arena_printf(arena,
                        "You can ask for figures (%.*s), by what they are of (%.*s), and over time (%.*s): totals, the "
                        "highest and lowest, shares, growth and comparisons.%s%.*s",
                        STR_ARG(measures), STR_ARG(groups), STR_ARG(times), examples.n ? " For example: " : "",
                        STR_ARG(examples));
}

/* ---- definitions ------------------------------------------------------------------------------------------------------ */

/* A formula of what may not be seen is not told. */
static bool names_unseen(const Model *model, const ModelFact *fact, const Expr *expr) {
    ModelMember member;
    bool is_unseen = expr->kind == EXPR_NAME && model_member(model, fact, expr->name, &member, NULL);
    for (size_t i = 0; i < expr->n_args && !is_unseen; i++) is_unseen = names_unseen(model, fact, expr->args[i]);
    return is_unseen;
}

Str ask_define(Arena *arena, const Model *model, const AskFrame *frame) {
    const AskTerm *term = frame->n_terms ? frame->terms[0] : NULL;
    if (!term) return (Str){0};
    const ModelMeasure *measure = term->measure;
    AskSay say = {.arena = arena, .model = model, .fact = term->fact};
    if (!measure)
        return arena_printf(arena, "%.*s is computed as %.*s.", STR_ARG(say_capital(arena, term->words)),
                            STR_ARG(term->expr));
    const ModelLabel *label = &measure->label;
    Str others[MAX_HELP], also;
    size_t n_others = 0;
    for (size_t i = 0; i < label->n_synonyms && n_others < MAX_HELP; i++)
        if (!str_eq_nocase(label->synonyms[i], label->title)) others[n_others++] = label->synonyms[i];
    also = say_list(arena, others, n_others, " and ");
    Str unit = str_eq(label->format, S("percent")) ? S("percent") : label->unit, about = label->description;
    Str all = label->title;
    if (!model->viewer.is_limited || !names_unseen(model, measure->fact, measure->expr))
        all = arena_printf(arena, "%.*s: %.*s", STR_ARG(all), STR_ARG(say_expr(&say, measure->expr)));
    all = arena_printf(arena, "%.*s%s%.*s.", STR_ARG(all), unit.n ? ", in " : "", STR_ARG(unit));
    if (about.n) {
        bool has_stop = str_ends(about, S("."));
        all = arena_printf(arena, "%.*s %.*s%s", STR_ARG(all), STR_ARG(about), has_stop ? "" : ".");
    }
    if (also.n) all = arena_printf(arena, "%.*s Also called %.*s.", STR_ARG(all), STR_ARG(also));
    return all;
}

Str ask_defined(const AskFrame *frame) {
    return frame->kind == ASK_KIND_DEFINE && frame->n_terms ? frame->terms[0]->words : (Str){0};
}

/* ---- questions that would work ---------------------------------------------------------------------------------------- */

/* How many words they have in common, short ones aside. */
static size_t n_shared(Arena *arena, const AskToken *words, size_t n, Str question) {
    const AskToken *others;
    size_t n_others, shared = 0;
    if (ask_tokenize(arena, question, &others, &n_others, NULL)) return 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n_others && words[i].kind == ASK_TOKEN_WORD && words[i].stem.n > 3; k++)
            if (str_eq(words[i].stem, others[k].stem)) {
                shared++;
                break;
            }
    return shared;
}

size_t ask_near_questions(Arena *arena, const Model *model, Str question, const ModelQuestion **ret, size_t max) {
    const AskToken *words;
    size_t n_words, n = 0, *shared = ARENA_ARRAY(arena, size_t, max + 1);
    if (ask_tokenize(arena, question, &words, &n_words, NULL)) return 0;
    for (size_t i = 0; i < model->n_questions; i++) {
        const ModelQuestion *one = &model->questions[i];
        size_t own = 2 * n_shared(arena, words, n_words, one->question) + one->is_example, at = n;
        while (at && shared[at - 1] < own) at--;
        if (at >= max) continue;
        n = MIN_OF(n + 1, max);
        for (size_t k = n - 1; k > at; k--) {
            ret[k] = ret[k - 1];
            shared[k] = shared[k - 1];
        }
        ret[at] = one;
        shared[at] = own;
    }
    return n;
}
