/* Every question asked, every answer judged. An item's results live in an arena of its own, so that a set of any length fits. */
#include "ask/ask_eval.h"

enum { SHOWN_ROWS = 3, SHOWN_COLUMNS = 6, SHOWN_BYTES = 60 };

const char *ask_eval_verdict_name(AskEvalVerdict verdict) {
    static const char *const names[ASK_EVAL_VERDICT_COUNT] = {"unjudged", "right", "wrong", "missed"};
    return names[verdict];
}

/* ---- results in short ----------------------------------------------------------------------------------------------- */

static Str cell_text(Arena *arena, const AskEvalResult *result, size_t row, size_t column) {
    Value value = result->cells[row * result->n_columns + column];
    if (value.is_null) return S("null");
    WriterColumn as = {.name = result->names[column], .type = value.type, .format = S("text"), .decimals = -1};
    as.grain = result->grains[column];
    Str text = type_is_time(value.type) && as.grain ? format_value(arena, value, &as) : value_print(arena, value);
    return str_slice(text, 0, utf8_cut(text, SHOWN_BYTES));
}

/* "564 rows: West, 12.5 | East, 3 | …" */
static Str result_text(Arena *arena, const AskEvalResult *result) {
    if (!result) return S("none");
    Buf text CLEANUP(buf_release);
    buf_init(&text, 16 << 10);
    buf_printf(&text, "%zu row%s", result->n_rows, result->n_rows == 1 ? "" : "s");
    for (size_t row = 0; row < MIN_OF(result->n_rows, (size_t)SHOWN_ROWS); row++) {
        buf_add(&text, row ? S(" | ") : S(": "));
        for (size_t i = 0; i < MIN_OF(result->n_columns, (size_t)SHOWN_COLUMNS); i++) {
            if (i) buf_add(&text, S(", "));
            buf_add(&text, cell_text(arena, result, row, i));
        }
    }
    if (result->n_rows > SHOWN_ROWS) buf_add(&text, S(" | …"));
    return arena_str(arena, buf_str(&text));
}

/* ---- one item ------------------------------------------------------------------------------------------------------- */

typedef struct Run {
    const Ctx *ctx;  /* of the run: what is kept */
    const Ctx *item; /* of the item */
    const AskEvalOptions *options;
} Run;

/* Whether the answer's result is one of gold's; *ret_wanted: gold in short. */
static ErrCode compare(const Run *run, const AskEvalItem *item, const AskEvalAnswer *answer, bool *ret_is_same,
                       Str *ret_wanted, Err *err) {
    Str wanted = S("");
    bool is_same = false;
    for (size_t i = 0; i < item->n_sql; i++) {
        const AskEvalResult *gold = NULL;
        ErrCode code =
            ask_eval_gold_run(run->item, run->options->gold, item->db, item->sql[i], run->options->gold_ms, &gold, err);
        if (code) {
            err_prefix(err, "gold of '%.*s'", STR_ARG(item->id));
            return code;
        }
        if (answer->result && !is_same)
            is_same = ask_eval_is_same(run->item->arena, gold, answer->result, item->is_ordered);
        wanted = arena_printf(run->item->arena, "%.*s%s%.*s", STR_ARG(wanted), i ? " or " : "",
                              STR_ARG(result_text(run->item->arena, gold)));
    }
    *ret_is_same = is_same;
    *ret_wanted = wanted;
    return ERR_OK;
}

static AskEvalVerdict judge(const AskEvalItem *item, const AskEvalAnswer *answer, bool is_same) {
    bool is_answered = answer->status == ASK_ANSWERED;
    switch (item->expect) {
    case ASK_EVAL_EXPECT_ANSWER: return !is_answered ? ASK_EVAL_MISSED : is_same ? ASK_EVAL_RIGHT : ASK_EVAL_WRONG;
    case ASK_EVAL_EXPECT_REFUSE: /* asking back gives no data either */
        return is_answered ? ASK_EVAL_WRONG : answer->status == ASK_ERROR ? ASK_EVAL_MISSED : ASK_EVAL_RIGHT;
    case ASK_EVAL_EXPECT_CLARIFY: /* or one of the readings, which it says */
        if (is_answered) return is_same && str_trim(answer->reading).n ? ASK_EVAL_RIGHT : ASK_EVAL_WRONG;
        return answer->status == ASK_CLARIFY ? ASK_EVAL_RIGHT : ASK_EVAL_MISSED;
    case ASK_EVAL_EXPECT_UNKNOWN: break;
    }
    return ASK_EVAL_UNJUDGED;
}

static ErrCode score_item(const Run *run, const AskEvalItem *item, const AskEvalAnswer *answer, AskEvalScore *ret_score,
                          Err *err) {
    Arena *arena = run->ctx->arena;
    bool is_same = false, has_gold = item->n_sql && run->options->gold;
    Str wanted = S("");
    if (has_gold) TRY(compare(run, item, answer, &is_same, &wanted, err));
    AskEvalScore score = {.item = item,
                          .status = answer->status,
                          .confidence = answer->confidence,
                          .has_result = answer->result != NULL,
                          .is_same = is_same,
                          .read_us = answer->read_us,
                          .all_us = answer->all_us,
                          .reading = arena_str(arena, answer->reading),
                          .query = arena_str(arena, answer->query),
                          .message = arena_str(arena, answer->message)};
    bool needs_gold = item->expect == ASK_EVAL_EXPECT_ANSWER || item->expect == ASK_EVAL_EXPECT_CLARIFY;
    score.verdict = needs_gold && !has_gold ? ASK_EVAL_UNJUDGED : judge(item, answer, is_same);
    if (score.verdict == ASK_EVAL_WRONG || score.verdict == ASK_EVAL_MISSED) {
        score.got = arena_str(arena, result_text(run->item->arena, answer->result));
        score.wanted = item->expect == ASK_EVAL_EXPECT_REFUSE ? S("no answer") : arena_str(arena, wanted);
    }
    *ret_score = score;
    return ERR_OK;
}

/* ---- all of them ---------------------------------------------------------------------------------------------------- */

static ErrCode run_item(const Run *run, const AskEvalAnswerer *answerer, const AskEvalItem *item, size_t index,
                        AskEvalScore *ret_score, Err *err) {
    AskEvalAnswer answer = {.status = ASK_DECLINED};
    TRY(answerer->answer(answerer->arg, run->item, item, index, &answer, err));
    return score_item(run, item, &answer, ret_score, err);
}

ErrCode ask_eval_run(const Ctx *ctx, const AskEvalSet *set, const AskEvalOptions *options,
                     const AskEvalAnswerer *answerer, AskEvalScore **ret_scores, Err *err) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    AskEvalScore *scores = ARENA_ARRAY(ctx->arena, AskEvalScore, set->n_items + 1);
    Ctx own = *ctx;
    own.arena = arena;
    const Run run = {.ctx = ctx, .item = &own, .options = options};
    for (size_t i = 0; i < set->n_items; i++) {
        TRY(ctx_check(ctx, err));
        ctx_progress(ctx, S("Asking"), (int64_t)i, (int64_t)set->n_items);
        TRY(run_item(&run, answerer, &set->items[i], i, &scores[i], err));
        arena_reset(arena);
    }
    *ret_scores = scores;
    return ERR_OK;
}
