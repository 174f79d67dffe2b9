/*
 * The words of a model: what its measures, attributes, columns and facts are called, by title, name and synonyms. A phrase is found
 * by the stems of its words put together, so "sub-category", "subcategories" and "Sub Category" are one.
 */
#include "ask/ask_internal.h"

enum { LEXICON_PHRASE_MAX = 12 };
static const double COST_RATIO = .006; /* of two measures of like names, the plain one is meant */
static const double COST_NAME = .06;   /* of a name that the title does not say */

typedef struct Words {
    AskEngine *engine;
    Arena *arena; /* scratch */
    Err *err;
    ErrCode failed;
} Words;

static void know(AskEngine *engine, Str word) {
    if (!word.n || map_get(engine->words, word)) return;
    map_put(engine->words, word, engine);
    VEC_PUSH(engine->arena, &engine->vocabulary, word);
}

/* Adds `text` as a way to say `sense`. */
static void add_phrase(Words *w, Str text, const AskSense *sense, double cost) {
    const AskToken *tokens;
    size_t n;
    if (w->failed || !text.n) return;
    w->failed = ask_tokenize(w->engine->arena, text, &tokens, &n, w->err);
    if (w->failed || n == 0 || n > LEXICON_PHRASE_MAX) return;
    Str key = {0}, norm = {0};
    size_t n_words = 0;
    for (size_t i = 0; i < n; i++) {
        if (tokens[i].kind == ASK_TOKEN_PUNCT) continue;
        norm = arena_printf(w->engine->arena, "%.*s%.*s", STR_ARG(norm), STR_ARG(tokens[i].norm));
        key = arena_printf(w->engine->arena, "%.*s%.*s", STR_ARG(key), STR_ARG(tokens[i].stem));
        know(w->engine, tokens[i].norm);
        know(w->engine, tokens[i].stem);
        n_words++;
    }
    if (!key.n) return;
    if (n_words == 1) map_put(w->engine->said, norm, w->engine), map_put(w->engine->said, key, w->engine);
    AskPhrase *before = map_get(w->engine->phrases, key);
    for (AskPhrase *p = before; p; p = p->next)
        if (p->sense == sense && str_eq(p->norm, norm)) {
            p->cost = MIN_OF(p->cost, cost);
            return;
        }
    AskPhrase *phrase = ARENA_NEW(w->engine->arena, AskPhrase);
    *phrase = (AskPhrase){.sense = sense, .norm = norm, .n_words = n_words, .cost = cost, .next = before};
    map_put(w->engine->phrases, key, phrase);
    w->engine->longest = MAX_OF(w->engine->longest, n_words + 2);
}

static Str spaced(Arena *arena, Str name) {
    char *out = arena_dup(arena, name.p, name.n);
    for (size_t i = 0; i < name.n; i++)
        if (out[i] == '_' || out[i] == '.') out[i] = ' ';
    return (Str){.p = out, .n = name.n};
}

static void add_label(Words *w, Str name, const ModelLabel *label, const AskSense *sense, double cost) {
    Str units = label->unit.n ? utf8_fold(w->engine->arena, label->unit) : (Str){0};
    while (units.p) map_put(w->engine->units, str_split_next(&units, ' '), w->engine);
    Str said = spaced(w->engine->arena, name);
    add_phrase(w, label->title, sense, cost);
    add_phrase(w, said, sense, str_eq_nocase(said, label->title) ? cost : cost + COST_NAME);
    for (size_t i = 0; i < label->n_synonyms; i++) add_phrase(w, label->synonyms[i], sense, cost);
    bool is_state = sense->member.type.kind == TYPE_BOOL && (str_starts(said, S("is ")) || str_starts(said, S("has ")));
    if (is_state) add_phrase(w, str_slice(said, (size_t)str_find_char(said, ' ') + 1, said.n), sense, cost);
}

static AskSense *new_sense(AskEngine *engine, AskSenseKind kind, Str name, Str words) {
    AskSense *sense = ARENA_NEW(engine->arena, AskSense);
    *sense = (AskSense){.kind = kind, .name = name, .words = words};
    return sense;
}

/* ---- dimensions ----------------------------------------------------------------------------------------------------- */

/* What people know a dimension's members by: the attribute titled as the dimension, one called "name", its only
 * text beside the key, its only key. */
static const ModelAttribute *shown_attribute(const Model *model, const ModelDimension *dimension) {
    const ModelAttribute *named = NULL;
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &dimension->attributes[i];
        if (!model_sees(model, &attribute->label)) continue;
        if (str_eq_nocase(attribute->label.title, dimension->label.title) || str_eq(attribute->name, dimension->name))
            return attribute;
        if (str_eq(attribute->name, S("name"))) named = attribute;
    }
    if (named) return named;
    const ModelAttribute *other = NULL;
    size_t n_others = 0;
    for (size_t i = 0; i < dimension->n_attributes; i++)
        if (!dimension->attributes[i].is_key && dimension->attributes[i].type.kind == TYPE_TEXT &&
            model_sees(model, &dimension->attributes[i].label)) {
            other = &dimension->attributes[i];
            n_others++;
        }
    if (n_others == 1 && dimension->n_key == 1) return other;
    return dimension->n_key == 1 ? &dimension->attributes[dimension->key[0]] : NULL;
}

static void add_attribute(Words *w, Str role, const ModelFact *fact, const ModelDimension *dimension, size_t index) {
    AskEngine *engine = w->engine;
    const ModelAttribute *attribute = &dimension->attributes[index];
    if (attribute->label.is_hidden) return;
    Str name = arena_printf(engine->arena, "%.*s.%.*s", STR_ARG(role), STR_ARG(attribute->name));
    AskSense *sense = new_sense(engine, ASK_SENSE_MEMBER, name, attribute->label.title);
    if (model_member(engine->model, fact, name, &sense->member, NULL)) return;
    sense->fact = fact;
    bool is_role = !str_eq(role, dimension->name);
    double cost = is_role ? .05 : 0;
    if (!str_eq(attribute->name, S("name")) && !str_eq(attribute->name, S("id")))
        add_label(w, attribute->name, &attribute->label, sense, cost);
    else
        add_phrase(w, attribute->label.title, sense, cost);
    for (size_t i = 0; i < attribute->label.n_synonyms; i++) add_phrase(w, attribute->label.synonyms[i], sense, cost);
    Str owner = spaced(engine->arena, role);
    add_phrase(
        w, arena_printf(engine->arena, "%.*s %.*s", STR_ARG(owner), STR_ARG(spaced(engine->arena, attribute->name))),
        sense, 0);
    if (attribute != shown_attribute(engine->model, dimension)) return;
    add_phrase(w, owner, sense, .02);
    if (is_role) return;
    add_label(w, dimension->name, &dimension->label, sense, .02);
}

static void add_dimension(Words *w, Str role, const ModelFact *fact, const ModelDimension *dimension) {
    if (dimension->label.is_hidden) return;
    for (size_t i = 0; i < dimension->n_attributes; i++) add_attribute(w, role, fact, dimension, i);
}

/* "Ship date": what is shipped, is so at that date. */
static void add_event(Words *w, const ModelFactColumn *column, const AskSense *time) {
    Str rest = column->label.title;
    Str verb = str_split_next(&rest, ' ');
    if (!rest.p) return;
    AskSense *sense = new_sense(w->engine, ASK_SENSE_EVENT, time->name, column->label.title);
    sense->member = time->member;
    sense->fact = time->fact;
    add_phrase(w, verb, sense, 0);
}

/* ---- facts ---------------------------------------------------------------------------------------------------------- */

static void add_fact(Words *w, const ModelFact *fact) {
    AskEngine *engine = w->engine;
    AskSense *rows = new_sense(engine, ASK_SENSE_FACT, fact->name, fact->label.title);
    rows->fact = fact;
    if (!fact->label.is_hidden) add_label(w, fact->name, &fact->label, rows, 0);
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelFactColumn *column = &fact->columns[i];
        if (column->label.is_hidden) continue;
        bool is_value = column->kind == MODEL_COLUMN_VALUE;
        Str name = arena_printf(engine->arena, "%.*s.%.*s", STR_ARG(fact->name), STR_ARG(column->name));
        AskSense *sense = new_sense(engine, is_value ? ASK_SENSE_COLUMN : ASK_SENSE_MEMBER, name, column->label.title);
        if (model_member(engine->model, fact, name, &sense->member, NULL)) continue;
        if (!is_value) sense->name = model_member_name(engine->arena, &sense->member);
        sense->fact = fact;
        add_label(w, column->name, &column->label, sense, is_value ? .05 : 0);
        if (column->kind == MODEL_COLUMN_TIME && fact->time != (ptrdiff_t)i) add_event(w, column, sense);
    }
    for (size_t i = 0; i < fact->n_roles; i++) add_dimension(w, fact->roles[i].name, fact, fact->roles[i].dimension);
}

static bool has_role(const Model *model, const ModelDimension *dimension) {
    for (size_t f = 0; f < model->n_facts; f++)
        for (size_t i = 0; i < model->facts[f].n_roles; i++)
            if (model->facts[f].roles[i].dimension == dimension) return true;
    return false;
}

/* ---- measures ------------------------------------------------------------------------------------------------------- */

/* count(distinct X): X is what the measure counts. */
static const Expr *counted(const ModelMeasure *measure) {
    const Expr *expr = measure->expr;
    bool is_count = expr->kind == EXPR_CALL && expr->is_distinct && expr->n_args == 1 &&
                    str_eq(expr->name, S("count")) && expr->args[0]->kind == EXPR_NAME;
    return is_count ? expr->args[0] : NULL;
}

static Str shown_of(AskEngine *engine, const ModelFact *fact, Str counted_name) {
    ModelMember member;
    if (model_member(engine->model, fact, counted_name, &member, NULL)) return counted_name;
    if (member.kind != MODEL_MEMBER_ATTRIBUTE) return model_member_name(engine->arena, &member);
    const ModelAttribute *shown = shown_attribute(engine->model, member.dimension);
    if (!shown || !member.role) return counted_name;
    return arena_printf(engine->arena, "%.*s.%.*s", STR_ARG(member.role->name), STR_ARG(shown->name));
}

/* count(distinct X where …) counts X too. */
static const Expr *counted_below(const ModelMeasure *measure) {
    const Expr *expr = measure->expr;
    if (expr->kind == EXPR_WHERE && expr->n_args == 2) {
        ModelMeasure inner = *measure;
        inner.expr = expr->args[0];
        return counted(&inner);
    }
    return counted(measure);
}

static bool is_vowel(char c) {
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/* "cheap" as "cheaper" or "cheapest", "easy" and "pricey" as "easier" and "pricier", "big" as "bigger". */
static Str compared(Arena *arena, Str word, AskDegree degree) {
    const char *ending = degree == ASK_COMPARATIVE ? "er" : "est";
    bool is_ey = str_ends(word, S("ey")), ends_with_y = str_ends(word, S("y"));
    bool is_y = ends_with_y && word.n > 2 && (is_ey || !is_vowel(word.p[word.n - 2]));
    bool is_short = word.n == 3 && !ends_with_y && !is_vowel(word.p[0]) && is_vowel(word.p[1]) && !is_vowel(word.p[2]);
    size_t n_dropped = is_ey ? 2 : is_y || str_ends(word, S("e"));
    Str middle = is_y ? S("i") : is_short ? str_slice(word, 2, 3) : (Str){0};
    return arena_printf(arena, "%.*s%.*s%s", STR_ARG(str_slice(word, 0, word.n - n_dropped)), STR_ARG(middle), ending);
}

static void add_quality(Words *w, const ModelMeasure *measure, Str word, int8_t direction) {
    static const char *const MORE[] = {"more", "most"}, *const LESS[] = {"less", "least"};
    Arena *arena = w->engine->arena;
    word = utf8_fold(arena, word);
    for (int i = 0; i < 5; i++) {
        bool is_less = i >= 3;
        AskSense *sense = new_sense(w->engine, ASK_SENSE_QUALITY, measure->name, word);
        sense->measure = measure;
        sense->fact = measure->fact;
        sense->direction = is_less ? (int8_t)-direction : direction;
        sense->degree = is_less ? (AskDegree)(i - 2) : (AskDegree)i;
        if (is_less) {
            add_phrase(w, arena_printf(arena, "%s %.*s", LESS[i - 3], STR_ARG(word)), sense, 0);
        } else if (!i) {
            add_phrase(w, word, sense, 0);
        } else {
            add_phrase(w, arena_printf(arena, "%s %.*s", MORE[i - 1], STR_ARG(word)), sense, 0);
            if (str_find_char(word, ' ') < 0) add_phrase(w, compared(arena, word, sense->degree), sense, 0);
        }
    }
}

static void add_measure(Words *w, const ModelMeasure *measure) {
    AskEngine *engine = w->engine;
    if (measure->label.is_hidden) return;
    AskSense *sense = new_sense(engine, ASK_SENSE_MEASURE, measure->name, measure->label.title);
    sense->measure = measure;
    sense->fact = measure->fact;
    bool is_ratio = measure->expr->kind == EXPR_CALL && measure->expr->n_args == 2;
    bool is_extreme = measure->expr->kind == EXPR_CALL &&
                      (str_eq(measure->expr->name, S("min")) || str_eq(measure->expr->name, S("max")));
    add_label(w, measure->name, &measure->label, sense, is_ratio || is_extreme ? COST_RATIO : 0);
    for (size_t i = 0; i < measure->n_high; i++) add_quality(w, measure, measure->high[i], 1);
    for (size_t i = 0; i < measure->n_low; i++) add_quality(w, measure, measure->low[i], -1);
    const Expr *of = counted_below(measure);
    if (!of) return;
    Str name = of->name;
    for (size_t i = 0; i < engine->entities.n; i++)
        if (str_eq(engine->entities.at[i].counted, name)) return; /* the first that counts it */
    VEC_PUSH(
        engine->arena, &engine->entities,
        (AskEntity){
            .count = measure, .counted = name, .shown = shown_of(engine, measure->fact, name), .fact = measure->fact});
}

static void add_filter(Words *w, const ModelFilter *filter) {
    if (filter->label.is_hidden) return;
    AskSense *sense = new_sense(w->engine, ASK_SENSE_FILTER, filter->name, filter->label.title);
    add_label(w, filter->name, &filter->label, sense, 0);
}

const AskEntity *ask_entity_of(const AskEngine *engine, Str member) {
    for (size_t i = 0; i < engine->entities.n; i++)
        if (str_eq(engine->entities.at[i].counted, member) || str_eq(engine->entities.at[i].shown, member))
            return &engine->entities.at[i];
    return NULL;
}

const ModelMeasure *ask_rows_measure(const Model *model, const ModelFact *fact) {
    for (size_t i = 0; i < model->n_measures; i++) {
        const Expr *expr = model->measures[i].expr;
        bool is_rows = expr->kind == EXPR_CALL && str_eq(expr->name, S("count")) && expr->n_args <= 1 &&
                       (expr->n_args == 0 || expr->args[0]->kind != EXPR_NAME);
        if (is_rows && model->measures[i].fact == fact) return &model->measures[i];
    }
    return NULL;
}

/* ---- who asks ------------------------------------------------------------------------------------------------------- */

/* Measures and filters are walked through in many places: what may not be seen is in no list. */
static const Model *seen_model(Arena *arena, const Model *model) {
    if (!model->viewer.is_limited) return model;
    Model *seen = arena_dup(arena, model, sizeof(*model));
    ModelMeasure *measures = ARENA_ARRAY(arena, ModelMeasure, model->n_measures);
    ModelFilter *filters = ARENA_ARRAY(arena, ModelFilter, model->n_filters);
    seen->n_measures = seen->n_filters = 0;
    for (size_t i = 0; i < model->n_measures; i++)
        if (model_sees(model, &model->measures[i].label)) measures[seen->n_measures++] = model->measures[i];
    for (size_t i = 0; i < model->n_filters; i++)
        if (model_sees(model, &model->filters[i].label)) filters[seen->n_filters++] = model->filters[i];
    seen->measures = measures;
    seen->filters = filters;
    return seen;
}

/* What is counted by a code of its own is known by the member that goes by the same word: "items" by their description. */
static void show_by_name(AskEngine *engine, AskEntity *entity) {
    const AskToken *word;
    size_t n;
    bool is_code = str_eq(entity->shown, entity->counted) &&
                   !ask_tokenize(engine->arena, entity->count->label.title, &word, &n, NULL);
    if (!is_code || n != 1) return;
    for (const AskPhrase *phrase = map_get(engine->phrases, word[0].stem); phrase; phrase = phrase->next) {
        const AskSense *sense = phrase->sense;
        if (sense->kind == ASK_SENSE_MEMBER && sense->member.type.kind == TYPE_TEXT && sense->fact == entity->fact) {
            entity->shown = sense->name;
            return;
        }
    }
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static void know_grammar(Words *w) {
    const AskGrammar *g = w->engine->grammar;
    for (size_t i = 0; i < map_count(g->first); i++)
        for (const AskListEntry *entry = map_value_at(g->first, i); entry; entry = entry->next) {
            Str rest = entry->phrase;
            if (entry->n_words == 1) map_put(w->engine->said, entry->phrase, w->engine);
            while (rest.p) know(w->engine, str_split_next(&rest, ' '));
        }
}

ErrCode ask_engine_new(Arena *arena, const Model *model, const AskGrammar *grammar, const AskValues *values,
                       const AskWords *english, const AskEngine **ret_engine, Err *err) {
    AskEngine *engine = ARENA_NEW(arena, AskEngine);
    model = seen_model(arena, model);
    *engine = (AskEngine){.arena = arena,
                          .model = model,
                          .grammar = grammar,
                          .values = values,
                          .weights = &ASK_WEIGHTS_INITIAL,
                          .unseen = values ? ask_values_unseen(arena, values, model) : NULL,
                          .english = english,
                          .phrases = map_new(arena),
                          .words = map_new(arena),
                          .units = map_new(arena),
                          .said = map_new(arena)};
    Words w = {.engine = engine, .arena = arena, .err = err};
    know_grammar(&w);
    for (size_t i = 0; i < model->n_measures; i++) add_measure(&w, &model->measures[i]);
    for (size_t i = 0; i < model->n_filters; i++) add_filter(&w, &model->filters[i]);
    for (size_t i = 0; i < model->n_facts; i++) add_fact(&w, &model->facts[i]);
    for (size_t i = 0; i < model->n_dimensions; i++)
        if (!has_role(model, &model->dimensions[i]))
            add_dimension(&w, model->dimensions[i].name, NULL, &model->dimensions[i]);
    if (w.failed) return w.failed;
    for (size_t i = 0; i < engine->entities.n; i++) show_by_name(engine, &engine->entities.at[i]);
    ask_add_verified(engine);
    *ret_engine = engine;
    return ERR_OK;
}

const AskEngine *ask_engine_weigh(Arena *arena, const AskEngine *engine, const AskWeights *weights) {
    AskEngine *weighed = arena_dup(arena, engine, sizeof(*engine));
    weighed->weights = weights;
    return weighed;
}
