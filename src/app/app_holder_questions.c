/*
 * What is asked while the home is held is kept for suggestions. A reader writes nothing into meta: it leaves the question here, and the loop,
 * whose meta is open for writing, keeps it at its next round. Where more come in than that they are forgotten: no answer waits for it.
 */
#include "app/app_holder_internal.h"

enum { QUESTIONS_MAX = 64 };

struct HolderQuestion {
    HolderQuestion *next;
    Arena *arena; /* that it lives in */
    Str project;
    MetaQuestion question;
};

void holder_note_question(Holder *holder, Str project, const MetaQuestion *question) {
    Arena *arena = arena_new(0);
    HolderQuestion *note = ARENA_NEW(arena, HolderQuestion);
    note->arena = arena;
    note->project = arena_str(arena, project);
    note->question = (MetaQuestion){.text = arena_str(arena, question->text),
                                    .before = arena_str(arena, question->before),
                                    .query = arena_str(arena, question->query),
                                    .status = arena_str(arena, question->status)};
    pthread_mutex_lock(&holder->lock);
    bool has_room = holder->n_questions < QUESTIONS_MAX;
    if (has_room) {
        note->next = holder->questions;
        holder->questions = note;
        holder->n_questions++;
    }
    pthread_mutex_unlock(&holder->lock);
    if (!has_room) arena_free(arena);
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
        if (ctx && meta_question_asked(ctx, holder->meta, note->project, &note->question, &err) &&
            err.code != ERR_NOT_FOUND) /* of a project that has just gone */
            log_error("ask.keep", &err, ctx->request_id);
        arena_free(note->arena);
        note = next;
    }
}
