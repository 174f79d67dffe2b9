/* The pack's questions, compiled as the one who asks may see the model. */
#include "app/app_internal.h"
#include "query/query.h"

ErrCode app_question_compile(const Ctx *ctx, const ModelQuestion *question, Err *err) {
    Ctx own = *ctx;
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    own.as_of_us = clock_now(ctx->clock); /* some time: only whether it compiles is asked */
    TRY(query_parse_text(&own, question->query, &query, err));
    return query_compile(&own, query, NULL, &plan, err);
}

bool app_may_ask(const Ctx *ctx, const ModelQuestion *question) {
    Err why = {0};
    return app_question_compile(ctx, question, &why) != ERR_UNKNOWN_NAME;
}
