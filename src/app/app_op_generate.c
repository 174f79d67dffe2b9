/*
 * starling generate [PROJECT] [--scale 1] [--seed 1]
 *
 * It writes data as `load` does, and needs the same right: the script came with the pack that an admin installed, touches nothing but
 * its own tables, and the request gives it two numbers.
 */
#include "app/app_internal.h"

#include <math.h>

/* In thousandths, so that equal scales have one spelling. */
static ErrCode read_scale(const OpArgs *args, int64_t *ret_milli, Err *err) {
    Str text = op_arg_text(args, "scale");
    double milli = op_arg_number(args, "scale") * 1000;
    bool is_within = milli >= 1 && milli <= PIPELINE_SCALE_MAX_MILLI;
    if (!is_within || fabs(milli - round(milli)) > 1e-6)
        return err_set(err, ERR_INVALID, "scale takes 0.001 to %d, with at most three decimals, not '%.*s'",
                       PIPELINE_SCALE_MAX_MILLI / 1000, STR_ARG(text));
    *ret_milli = (int64_t)round(milli);
    return ERR_OK;
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    TRY(session_project(ctx, session, &project, err));
    GenerateOptions options = {.seed = op_arg_int(args, "seed")};
    TRY(read_scale(args, &options.scale_milli, err));
    LoadCounts *counts = NULL;
    size_t n_counts = 0;
    int64_t begin_us = clock_monotonic(ctx->clock);
    TRY(pipeline_generate(ctx, project, &options, &counts, &n_counts, err));
    int64_t took_us = clock_monotonic(ctx->clock) - begin_us;
    TRY(app_write_loads(ctx, w, counts, n_counts, err));
    TRY(writer_field(w, S("duration_us"), (Str){0}, value_int(took_us), err));
    Str took = format_duration(ctx->arena, took_us);
    return writer_note(w, arena_printf(ctx->arena, "Took %.*s. Next: starling sync", STR_ARG(took)), err);
}

static const OpArg ARGS[] = {
    {.name = "project",
     .type = OP_ARG_NAME,
     .is_positional = true,
     .help = "the project; otherwise the home's only one"},
    {.name = "scale", .type = OP_ARG_NUMBER, .initial = "1", .help = "how much, from 0.001 to 1000"},
    {.name = "seed", .type = OP_ARG_INT, .initial = "1", .help = "another number gives other data"},
};

const Op APP_OP_GENERATE = {
    .name = "generate",
    .summary = "Make data with the pack's generator, and take it in",
    .help =
        "The pack's script makes rows as if they were files; they are checked and taken in as by load, all or none. Equal scale and\n"
        "seed give equal data, so the same again changes nothing; a larger scale adds to a smaller one.",
    .example = "starling generate --scale 0.1 --seed 7",
    .permission = PERMISSION_WRITE_DATA,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .project_arg = "project",
    .is_long = true,
    .answer = "{project:text,loads:Table,duration_us:int}",
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
