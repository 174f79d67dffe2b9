/*
 * What is asked while the home is held is kept for suggestions. A reader writes nothing into meta: it leaves the question here, and the loop,
 * whose meta is open for writing, keeps it at its next round. Where more different
 * ones come in than that they are forgotten: no answer waits for it.
 */
#include "app/app_holder_internal.h"

enum { QUESTIONS_MAX = 64 };

struct HolderQuestion {
    HolderQuestion *next;
    Arena *arena; /* that it lives in */
    Str project;
    Str packed;
    int64_t n_asked; /* since the loop's last round */
};

/* Its texts, a NUL behind each, which none of them holds. */
Str holder_question_pack(Arena *arena, const MetaQuestion *question) {
    return arena_printf(arena, "%.*s%c%.*s%c%.*s%c%.*s", STR_ARG(question->text), 0, STR_ARG(question->before), 0,
                        STR_ARG(question->query), 0, STR_ARG(question->status));
}

static MetaQuestion unpack(Str packed) {
    MetaQuestion question = {.text = str_split_next(&packed, 0)};
    question.before = str_split_next(&packed, 0);
    question.query = str_split_next(&packed, 0);
    question.status = str_split_next(&packed, 0);
    return question;
}

static HolderQuestion *find(const Holder *holder, Str project, Str packed) {
    HolderQuestion *note = holder->questions;
    while (note && !(str_eq(note->packed, packed) && str_eq(note->project, project))) note = note->next;
    return note;
}

static HolderQuestion *add(Holder *holder, Str project, Str packed) {
    Arena *arena = arena_new(0);
    HolderQuestion *note = ARENA_NEW(arena, HolderQuestion);
    *note = (HolderQuestion){.next = holder->questions,
                             .arena = arena,
                             .project = arena_str(arena, project),
                             .packed = arena_str(arena, packed)};
    holder->questions = note;
    holder->n_questions++;
    return note;
}

void holder_note_question(Holder *holder, Str project, Str noted) {
    pthread_mutex_lock(&holder->lock);
    HolderQuestion *note = find(holder, project, noted);
    if (!note && holder->n_questions < QUESTIONS_MAX) note = add(holder, project, noted);
    if (note) note->n_asked++;
    pthread_mutex_unlock(&holder->lock);
}

void holder_keep_questions(const Ctx *ctx, Holder *holder) {
    pthread_mutex_lock(&holder->lock);
    HolderQuestion *note = holder->questions;
    holder->questions = NULL;
    holder->n_questions = 0;
    pthread_mutex_unlock(&holder->lock);
    while (note) {
        HolderQuestion *next = note->next;
        Err err = {0};
        MetaQuestion question = unpack(note->packed);
        question.n_asked = note->n_asked;
        if (ctx && meta_question_asked(ctx, holder->meta, note->project, &question, &err) &&
            err.code != ERR_NOT_FOUND) /* of a project that has just gone */
            log_error("ask.keep", &err, ctx->request_id);
        arena_free(note->arena);
        note = next;
    }
}
