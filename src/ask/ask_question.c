/* The pack's questions, compiled as the one who asks may see the model. */
#include "ask/ask.h"

ErrCode ask_question_compile(const Ctx *ctx, const ModelQuestion *question, Err *err) {
    Ctx own = *ctx;
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    own.as_of_us = clock_now(ctx->clock); /* some time: only whether it compiles is asked */
    TRY(query_parse_text(&own, question->query, &query, err));
    return query_compile(&own, query, NULL, &plan, err);
}

bool ask_question_is_seen(const Ctx *ctx, const ModelQuestion *question) {
    Err why = {0};
    return ask_question_compile(ctx, question, &why) != ERR_UNKNOWN_NAME;
}
