/* ask --explain: a question's words with all they may mean, and what each reading is made of and costs; for people and for programs. */
#include "app/app_ask.h"

enum { TOLD_SENSES = 6, TOLD_READINGS = 5, WORD_WIDTH = 14 };

typedef struct Explain {
    Arena *arena;
    const AppAsk *ask;
    const AskResult *result;
    AskExplained of;
    Writer *w;
} Explain;

static ErrCode note(const Explain *e, Err *err, const char *format, ...) PRINTF_LIKE(3, 4);
static ErrCode note(const Explain *e, Err *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    Str line = arena_vprintf(e->arena, format, args);
    va_end(args);
    return writer_note(e->w, line, err);
}

static Str said(const Explain *e, const AskReading *reading) {
    return ask_say(e->arena, e->ask->model, reading->query);
}

/* ---- for people ----------------------------------------------------------------------------------------------------- */

/* The words where they are not those of the line alone; lists and numbers cost nothing. */
static Str sense_text(Arena *arena, const AskExplainedSense *sense, Str line) {
    Str words = str_eq(sense->words, line) ? S("") : arena_printf(arena, "\"%.*s\": ", STR_ARG(sense->words));
    bool has_cost = sense->cost != 0;
    Str text = arena_printf(arena, "%.*s%.*s %.*s", STR_ARG(words), STR_ARG(sense->kind), STR_ARG(sense->what));
    return has_cost ? arena_printf(arena, "%.*s %.2f", STR_ARG(text), sense->cost) : text;
}

static Str senses_text(Arena *arena, const AskExplainedSense *senses, size_t n, Str line) {
    Str all = S("");
    for (size_t i = 0; i < n && i < TOLD_SENSES; i++)
        all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), i ? "; " : "",
                           STR_ARG(sense_text(arena, &senses[i], line)));
    return n > TOLD_SENSES ? arena_printf(arena, "%.*s; and %zu more", STR_ARG(all), n - TOLD_SENSES) : all;
}

static ErrCode tell_words(const Explain *e, Err *err) {
    TRY(note(e, err, "Words, what leaving each out costs, and what each may begin:"));
    for (size_t i = 0; i < e->of.n_tokens; i++) {
        const AskExplainedToken *token = &e->of.tokens[i];
        Str read_as = token->read_as.n ? arena_printf(e->arena, "read as '%.*s'; ", STR_ARG(token->read_as)) : S("");
        Str senses = senses_text(e->arena, token->senses, token->n_senses, token->text);
        TRY(note(e, err, "  %-*.*s %5.2f%c %.*s%.*s", WORD_WIDTH, STR_ARG(token->text), token->skip,
                 token->is_skipped ? '*' : ' ', STR_ARG(read_as), STR_ARG(senses.n || read_as.n ? senses : S("-"))));
    }
    return note(e, err, "  * left out by the first reading");
}

static ErrCode tell_cost(const Explain *e, double cost, const char *what, Err *err) {
    bool is_nothing = cost < .0005 && cost > -.0005;
    return is_nothing ? ERR_OK : note(e, err, "  %6.3f  %s", cost, what);
}

static ErrCode tell_reading(const Explain *e, size_t i, Err *err) {
    const AskExplainedReading *one = &e->of.readings[i];
    TRY(note(e, err, "%s %.3f  %.*s", i ? "Next:  " : "Chosen:", one->reading->cost, STR_ARG(said(e, one->reading))));
    for (size_t k = 0; k < one->n_slots; k++) {
        const AskExplainedSlot *slot = &one->slots[k];
        Str senses = senses_text(e->arena, slot->senses, slot->n_senses, (Str){0});
        TRY(note(e, err, "  %6.3f  \"%.*s\" by %.*s, line %d%s%.*s", slot->cost, STR_ARG(slot->words),
                 STR_ARG(slot->action), slot->line, senses.n ? "; " : "", STR_ARG(senses)));
    }
    for (size_t k = 0; k < one->n_skipped; k++)
        TRY(note(e, err, "  %6.3f  \"%.*s\" left out", one->skipped[k].cost, STR_ARG(one->skipped[k].words)));
    TRY(tell_cost(e, one->join_cost, "for the number of parts", err));
    TRY(tell_cost(e, one->filled_cost, "for what was filled in or assumed", err));
    return note(e, err, "          %.*s", STR_ARG(one->reading->json));
}

static ErrCode tell(const Explain *e, Err *err) {
    TRY(writer_note(e->w, (Str){0}, err));
    TRY(tell_words(e, err));
    TRY(writer_note(e->w, (Str){0}, err));
    for (size_t i = 0; i < e->of.n_readings && i < TOLD_READINGS; i++) TRY(tell_reading(e, i, err));
    if (!e->of.n_readings) TRY(note(e, err, "No reading of it makes a query."));
    for (size_t i = 0; i < e->result->n_unknown; i++)
        TRY(note(e, err, "Not understood: %.*s", STR_ARG(e->result->unknown[i])));
    return ERR_OK;
}

/* ---- for programs --------------------------------------------------------------------------------------------------- */

static ErrCode text(const Explain *e, const char *name, Str value, Err *err) {
    return writer_field(e->w, str_of(name), (Str){0}, value.n ? value_text(value) : value_null(TYPE(TYPE_TEXT)), err);
}

static ErrCode number(const Explain *e, const char *name, double value, Err *err) {
    return writer_field(e->w, str_of(name), (Str){0}, value_float(value), err);
}

static ErrCode write_senses(const Explain *e, const AskExplainedSense *senses, size_t n, Err *err) {
    TRY(writer_list_begin(e->w, S("senses"), err));
    for (size_t i = 0; i < n; i++) {
        TRY(writer_object_begin(e->w, (Str){0}, err));
        TRY(text(e, "words", senses[i].words, err));
        TRY(text(e, "kind", senses[i].kind, err));
        TRY(text(e, "what", senses[i].what, err));
        TRY(number(e, "cost", senses[i].cost, err));
        TRY(writer_object_end(e->w, err));
    }
    return writer_list_end(e->w, err);
}

static ErrCode write_words(const Explain *e, Err *err) {
    TRY(writer_list_begin(e->w, S("words"), err));
    for (size_t i = 0; i < e->of.n_tokens; i++) {
        const AskExplainedToken *token = &e->of.tokens[i];
        TRY(writer_object_begin(e->w, (Str){0}, err));
        TRY(text(e, "text", token->text, err));
        TRY(text(e, "read_as", token->read_as, err));
        TRY(number(e, "left_out_cost", token->skip, err));
        TRY(writer_field(e->w, S("is_left_out"), (Str){0}, value_bool(token->is_skipped), err));
        TRY(write_senses(e, token->senses, token->n_senses, err));
        TRY(writer_object_end(e->w, err));
    }
    return writer_list_end(e->w, err);
}

static ErrCode write_slots(const Explain *e, const AskExplainedReading *one, Err *err) {
    TRY(writer_list_begin(e->w, S("slots"), err));
    for (size_t i = 0; i < one->n_slots; i++) {
        const AskExplainedSlot *slot = &one->slots[i];
        TRY(writer_object_begin(e->w, (Str){0}, err));
        TRY(text(e, "words", slot->words, err));
        TRY(text(e, "action", slot->action, err));
        TRY(writer_field(e->w, S("line"), (Str){0}, value_int(slot->line), err));
        TRY(number(e, "cost", slot->cost, err));
        TRY(write_senses(e, slot->senses, slot->n_senses, err));
        TRY(writer_object_end(e->w, err));
    }
    return writer_list_end(e->w, err);
}

static ErrCode write_left_out(const Explain *e, const AskExplainedReading *one, Err *err) {
    TRY(writer_list_begin(e->w, S("left_out"), err));
    for (size_t i = 0; i < one->n_skipped; i++) {
        TRY(writer_object_begin(e->w, (Str){0}, err));
        TRY(text(e, "words", one->skipped[i].words, err));
        TRY(number(e, "cost", one->skipped[i].cost, err));
        TRY(writer_object_end(e->w, err));
    }
    return writer_list_end(e->w, err);
}

static ErrCode write_readings(const Explain *e, Err *err) {
    TRY(writer_list_begin(e->w, S("readings"), err));
    for (size_t i = 0; i < e->of.n_readings; i++) {
        const AskExplainedReading *one = &e->of.readings[i];
        TRY(writer_object_begin(e->w, (Str){0}, err));
        TRY(text(e, "reading", said(e, one->reading), err));
        TRY(number(e, "cost", one->reading->cost, err));
        TRY(write_slots(e, one, err));
        TRY(write_left_out(e, one, err));
        TRY(number(e, "parts_cost", one->join_cost, err));
        TRY(number(e, "filled_in_cost", one->filled_cost, err));
        TRY(writer_object_end(e->w, err));
    }
    return writer_list_end(e->w, err);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

ErrCode app_ask_explain(const AppAsk *ask, const AskAnswer *answer, Writer *w, Err *err) {
    Arena *arena = ask->ctx.arena;
    const Explain e = {
        .arena = arena, .ask = ask, .result = answer->result, .of = ask_explain(arena, answer->result), .w = w};
    TRY(writer_object_begin(w, S("explain"), err));
    TRY(write_words(&e, err));
    TRY(write_readings(&e, err));
    TRY(writer_object_end(w, err));
    return tell(&e, err);
}
