/* Questions that were asked, and what people thought of the answers. A question that goes on from others is told apart by them. */
#include "meta/meta_internal.h"

/* The row is there afterwards, so that the two ways to come by it are one update each. */
static ErrCode question_require(const Ctx *ctx, Meta *meta, Str project, const MetaQuestion *question, Err *err) {
    Value key[] = {value_text(project), value_text(question->text), value_text(question->before)}, n;
    TRY(meta_project_require(ctx, meta, project, err));
    TRY(engine_valuef(ctx, meta->conn, &n, err,
                      "SELECT count(*) FROM question WHERE project = %V AND text = %V AND before = %V", &key[0],
                      &key[1], &key[2]));
    if (n.i) return ERR_OK;
    Value none = value_int(0), empty = value_text(S(""));
    return engine_execf(
        ctx, meta->conn, NULL, err,
        "INSERT INTO question (project, text, before, query, status, n_asked, asked_at_us, verdict, comment,"
        " judged_by, judged_at_us) VALUES (%V, %V, %V, %V, %V, %V, %V, %V, %V, %V, %V)",
        &key[0], &key[1], &key[2], &empty, &empty, &none, &none, &none, &empty, &empty, &none);
}

/* Those that nobody judged and that were asked longest ago go. */
static ErrCode forget_oldest(const Ctx *ctx, Meta *meta, Str project, Err *err) {
    Value name = value_text(project), none = value_int(0), keep = value_int(META_QUESTIONS_KEEP), oldest;
    TRY(engine_valuef(ctx, meta->conn, &oldest, err,
                      "SELECT asked_at_us FROM question WHERE project = %V AND verdict = %V"
                      " ORDER BY asked_at_us DESC LIMIT 1 OFFSET %V",
                      &name, &none, &keep));
    if (oldest.is_null) return ERR_OK;
    return engine_execf(ctx, meta->conn, NULL, err,
                        "DELETE FROM question WHERE project = %V AND verdict = %V AND asked_at_us <= %V", &name, &none,
                        &oldest);
}

static ErrCode question_asked(const Ctx *ctx, Meta *meta, Str project, const MetaQuestion *question, Err *err) {
    Value values[] = {value_text(question->query),  value_text(question->status), value_int(clock_now(ctx->clock)),
                      value_int(question->n_asked), value_text(project),          value_text(question->text),
                      value_text(question->before)};
    TRY(question_require(ctx, meta, project, question, err));
    TRY(engine_execf(ctx, meta->conn, NULL, err,
                     "UPDATE question SET query = %V, status = %V, asked_at_us = %V, n_asked = n_asked + %V"
                     " WHERE project = %V AND text = %V AND before = %V",
                     &values[0], &values[1], &values[2], &values[3], &values[4], &values[5], &values[6]));
    return forget_oldest(ctx, meta, project, err);
}

ErrCode meta_question_asked(const Ctx *ctx, Meta *meta, Str project, const MetaQuestion *question, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, question_asked(ctx, meta, project, question, err), err);
}

static ErrCode question_judged(const Ctx *ctx, Meta *meta, Str project, const MetaQuestion *question, Err *err) {
    Value values[] = {value_int(question->verdict),     value_text(question->comment), value_text(question->judged_by),
                      value_int(clock_now(ctx->clock)), value_text(project),           value_text(question->text),
                      value_text(question->before)};
    TRY(question_require(ctx, meta, project, question, err));
    return engine_execf(ctx, meta->conn, NULL, err,
                        "UPDATE question SET verdict = %V, comment = %V, judged_by = %V, judged_at_us = %V"
                        " WHERE project = %V AND text = %V AND before = %V",
                        &values[0], &values[1], &values[2], &values[3], &values[4], &values[5], &values[6]);
}

ErrCode meta_question_judged(const Ctx *ctx, Meta *meta, Str project, const MetaQuestion *question, Err *err) {
    TRY(meta_begin(ctx, meta, err));
    return meta_end(ctx, meta, question_judged(ctx, meta, project, question, err), err);
}

static void read_question(MetaRow *row, void *item) {
    MetaQuestion *question = item;
    question->text = meta_row_text(row);
    question->before = meta_row_text(row);
    question->query = meta_row_text(row);
    question->status = meta_row_text(row);
    question->n_asked = meta_row_int(row);
    question->asked_at_us = meta_row_int(row);
    question->verdict = (int)meta_row_int(row);
    question->comment = meta_row_text(row);
    question->judged_by = meta_row_text(row);
    question->judged_at_us = meta_row_int(row);
}

ErrCode meta_questions(const Ctx *ctx, Meta *meta, Str project, int64_t max, MetaQuestion **ret_questions,
                       size_t *ret_n, Err *err) {
    Value values[] = {value_text(project), value_int(max)};
    EngineStream *stream = NULL;
    void *questions = NULL;
    TRY(engine_queryf(
        ctx, meta->conn, &stream, err,
        "SELECT text, before, query, status, n_asked, asked_at_us, verdict, comment, judged_by, judged_at_us"
        " FROM question WHERE project = %V ORDER BY asked_at_us DESC, judged_at_us DESC, text LIMIT %V",
        &values[0], &values[1]));
    TRY(meta_rows(ctx, stream, sizeof(MetaQuestion), read_question, &questions, ret_n, err));
    *ret_questions = questions;
    return ERR_OK;
}
