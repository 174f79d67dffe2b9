/* starling model check [PACK] and starling model apply: is the pack right, and does the data keep what it promises? The versions that
 * were accepted: app_op_model_log.c; what can be asked: app_op_model_show.c. */
#include "app/app_internal.h"
#include "ask/ask.h"
#include "query/query.h"

/* Findings on the text; a text with errors gives its code only after they are all written. */
static ErrCode write_summary(const Ctx *ctx, Writer *w, Str what, const ModelFindings *findings, Err *err) {
    TRY(app_write_findings(ctx, w, findings, err));
    TRY(writer_field(w, S("errors"), (Str){0}, value_int((int64_t)findings->n_errors), err));
    TRY(writer_field(w, S("warnings"), (Str){0}, value_int((int64_t)(findings->n - findings->n_errors)), err));
    if (!findings->n)
        return writer_note(w, arena_printf(ctx->arena, "%.*s: nothing to complain about.", STR_ARG(what)), err);
    if (!findings->n_errors) return ERR_OK;
    Str errors = format_count(ctx->arena, (int64_t)findings->n_errors, "error", "errors");
    return err_set(err, ERR_INVALID, "%.*s has %.*s%s", STR_ARG(what), STR_ARG(errors),
                   findings->is_cut ? " and more" : "");
}

typedef struct Check {
    Ctx own; /* the model's own, of somebody who sees all of it */
    ModelFindings *findings;
} Check;

static void check_question(const Check *check, const ModelQuestion *question, Str what) {
    ModelFindings *findings = check->findings;
    Arena *arena = check->own.arena;
    Err why = {0};
    ErrCode code = ask_question_compile(&check->own, question, &why);
    if (!code) return;
    char text[ERR_MESSAGE_MAX + ERR_FILE_MAX];
    Str message = arena_printf(arena, "%.*s: %s", STR_ARG(what), err_format(&why, text, sizeof text));
    ModelFinding *at = ARENA_ARRAY(arena, ModelFinding, findings->n + 1);
    for (size_t i = 0; i < findings->n; i++) at[i] = findings->at[i];
    at[findings->n++] = (ModelFinding){.is_error = true, .code = code, .place = question->place, .message = message};
    findings->at = at;
    findings->n_errors++;
}

/* The first of the page's measures in its period, and so compared; what is left out has nothing wrong in it. */
static Str home_query(Arena *arena, const Model *model, Str period, Str compare) {
    const ModelHome *home = &model->ui.home;
    Buf text CLEANUP(buf_release);
    JsonWriter w CLEANUP(json_writer_release);
    buf_init(&text, HOME_TEXT_MAX_BYTES);
    json_writer_init(&w, sink_of_buf(&text), false, NULL);
    json_object_begin(&w);
    json_key(&w, S("measures"));
    json_array_begin(&w);
    json_text(&w, home->n_measures ? home->measures[0] : model->measures[0].name);
    json_array_end(&w);
    json_key(&w, S("time"));
    json_object_begin(&w);
    json_key(&w, S("range"));
    json_text(&w, period);
    if (compare.n) {
        json_key(&w, S("compare"));
        json_text(&w, compare);
    }
    json_object_end(&w);
    json_object_end(&w);
    err_ignore(json_writer_finish(&w));
    return arena_str(arena, buf_str(&text));
}

static void check_home(const Check *check, const Model *model) {
    const ModelHome *home = &model->ui.home;
    Arena *arena = check->own.arena;
    bool has_period = home->period.n && !str_eq(home->period, S(MODEL_HOME_ALL));
    bool has_compare = home->compare.n && !str_eq(home->compare, S(MODEL_HOME_NONE));
    size_t n_errors = check->findings->n_errors;
    if (!model->n_measures) return;
    ModelQuestion period = {.query = home_query(arena, model, home->period, (Str){0}), .place = home->period_place};
    if (has_period) check_question(check, &period, S("the home page's period"));
    Str range = has_period ? home->period : S("2000"); /* any year: only the comparison is asked */
    ModelQuestion compare = {.query = home_query(arena, model, range, home->compare), .place = home->compare_place};
    if (has_compare && check->findings->n_errors == n_errors)
        check_question(check, &compare, S("what the home page compares with"));
}

/* What only the compiler of queries can tell: whether the pack's questions, and what its home page is to show, can be asked. */
static void check_queries(const Ctx *ctx, Model *model, ModelFindings *findings) {
    Snapshot *snapshot = snapshot_new(0);
    snapshot_set(snapshot, SNAPSHOT_MODEL, model, NULL);
    Check check = {.own = *ctx, .findings = findings};
    check.own.snapshot = snapshot;
    check.own.security = &SECURITY_OWNER;
    for (size_t i = 0; i < model->n_questions; i++) {
        Str what = arena_printf(ctx->arena, "question '%.*s'", STR_ARG(model->questions[i].question));
        check_question(&check, &model->questions[i], what);
    }
    check_home(&check, model);
    snapshot_release(snapshot);
}

#define NO_DATA S("No data yet: what the pack says of it was not proved.")

static ErrCode prove(const Ctx *ctx, EngineConn *conn, const Model *model, ModelFindings *findings, Writer *w,
                     Err *err) {
    int64_t version = 0, at_us = 0;
    Str batch = {0};
    bool is_built = false;
    TRY(warehouse_version(ctx, conn, &version, &batch, &at_us, err));
    if (!version) return writer_note(w, NO_DATA, err);
    TRY(pipeline_is_built(ctx, conn, model, &is_built, err));
    if (is_built) return pipeline_check_data(ctx, conn, model, findings, err);
    return writer_note(
        w, S("The warehouse is not built by this model yet (starling sync): the data was not looked at."), err);
}

/* Attached databases, and what the warehouse's silver tables prove, when there are any. `model` is the project's, read from its
 * folder, so that places are those of a file. */
static ErrCode check_data(const Ctx *ctx, AppSession *session, const PipelineProject *project, const Model *model,
                          ModelFindings *findings, Writer *w, Err *err) {
    EngineDb *db = NULL;
    Err none = {0};
    PipelineProject own = *project;
    own.model = model;
    TRY(pipeline_check_sources(ctx, &own, findings, err));
    ErrCode code = session_warehouse(ctx, session, &db, &none);
    if (code == ERR_NOT_FOUND) return writer_note(w, NO_DATA, err);
    if (code) {
        *err = none;
        return code;
    }
    EngineConn *conn = NULL;
    TRY(engine_connect(ctx, db, &conn, err));
    code = prove(ctx, conn, model, findings, w, err);
    engine_disconnect(conn);
    return code;
}

/* All that is wrong with a text that could be read: files beside it, its questions, and, where it is in force, the data. */
static ErrCode run_check(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    const char *folder = NULL;
    PipelineProject *project = NULL;
    if (op_arg_has(args, "pack"))
        TRY(home_find_pack(ctx, op_arg_text(args, "pack"), &folder, err));
    else if (session_home(session)) {
        TRY(session_project(ctx, session, &project, err));
        folder = project->pack;
    } else {
        return err_set(err, ERR_NOT_FOUND, "name a pack to check, or run this in a home (or with --home)");
    }
    Model *model = NULL;
    ModelFindings findings = {0};
    Err first = {0};
    ErrCode code = project ? model_load_text(ctx->arena, project->pack, &model, &findings, &first)
                           : model_load(ctx->arena, folder, &model, &findings, &first);
    if (code && !findings.n) {
        *err = first;
        return code;
    }
    if (model) check_queries(ctx, model, &findings);
    if (!model)
        TRY(writer_note(w, S("Questions, the home page and the data are looked at when the text has no errors."), err));
    if (model && project && !str_eq(model->hash, project->model->hash))
        TRY(writer_note(w, S("This text is not applied yet (starling model apply): the data was not looked at."), err));
    else if (model && project)
        TRY(check_data(ctx, session, project, model, &findings, w, err));
    return write_summary(ctx, w, str_of(folder), &findings, err);
}

/* ---- apply ---------------------------------------------------------------------------------------------------------- */

typedef struct Changes {
    int64_t n_added;
    int64_t n_removed;
    int64_t n_changed;
} Changes;

/* Measures by name and definition. */
static Changes compare_measures(const Ctx *ctx, const Model *before, const Model *after) {
    Changes changes = {0};
    for (size_t i = 0; i < after->n_measures; i++) {
        const ModelMeasure *measure = &after->measures[i], *old = model_measure(before, measure->name);
        changes.n_added += !old;
        changes.n_changed += old && !str_eq(expr_print(ctx->arena, old->expr), expr_print(ctx->arena, measure->expr));
    }
    for (size_t i = 0; i < before->n_measures; i++)
        changes.n_removed += !model_measure(after, before->measures[i].name);
    return changes;
}

static ErrCode write_changes(const Ctx *ctx, Writer *w, const Model *before, const Model *after, Err *err) {
    Changes changes = compare_measures(ctx, before, after);
    bool is_same =
        !model_warehouse_lacks(ctx->arena, before, after).n && !model_warehouse_lacks(ctx->arena, after, before).n;
    TRY(writer_field(w, S("measures_added"), (Str){0}, value_int(changes.n_added), err));
    TRY(writer_field(w, S("measures_removed"), (Str){0}, value_int(changes.n_removed), err));
    TRY(writer_field(w, S("measures_changed"), (Str){0}, value_int(changes.n_changed), err));
    TRY(writer_field(w, S("is_warehouse_same"), (Str){0}, value_bool(is_same), err));
    return writer_note(w,
                       arena_printf(ctx->arena,
                                    "Measures: %" PRId64 " added, %" PRId64 " removed, %" PRId64
                                    " with another definition. The warehouse %s.",
                                    changes.n_added, changes.n_removed, changes.n_changed,
                                    is_same ? "is as before" : "changes with the next sync"),
                       err);
}

/* The text to apply; with errors it is refused, after they are all written. */
static ErrCode accept_text(const Ctx *ctx, const PipelineProject *project, Writer *w, Model **ret_model, Err *err) {
    ModelFindings findings = {0};
    Err first = {0};
    ErrCode code = model_load_text(ctx->arena, project->pack, ret_model, &findings, &first);
    if (code && !findings.n) {
        *err = first;
        return code;
    }
    if (*ret_model) check_queries(ctx, *ret_model, &findings);
    return findings.n_errors ? write_summary(ctx, w, str_of(project->pack), &findings, err) : ERR_OK;
}

static ErrCode run_apply(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    PipelineProject *project = NULL;
    Model *model = NULL;
    Meta *meta = NULL;
    TRY(session_project(ctx, session, &project, err));
    TRY(accept_text(ctx, project, w, &model, err));
    TRY(session_meta(ctx, session, &meta, err));
    int64_t before = snapshot_version(ctx->snapshot), version = 0;
    const MetaModel applied = {.hash = model->hash,
                               .text = model->text,
                               .author = ctx->security->user,
                               .comment = op_arg_text(args, "comment"),
                               .at_us = clock_now(ctx->clock)};
    TRY(meta_model_apply(ctx, meta, project->name, &applied, &version, err));
    TRY(writer_field(w, S("version"), (Str){0}, value_int(version), err));
    if (version == before)
        return writer_note(w, arena_printf(ctx->arena, "Model version %" PRId64 " has this text already.", version),
                           err);
    TRY(write_changes(ctx, w, project->model, model, err));
    return writer_note(
        w, arena_printf(ctx->arena, "Applied as model version %" PRId64 ". Next: starling sync", version), err);
}

static const OpArg CHECK_ARGS[] = {
    {.name = "pack",
     .type = OP_ARG_PACK,
     .is_positional = true,
     .help = "a pack's name or folder; otherwise the project's pack and its data"},
};

/* Findings quote the data and what is hidden from some: they are for who may change the model. */
const Op APP_OP_MODEL_CHECK = {
    .name = "model check",
    .summary = "Check a pack, and that the data keeps its keys",
    .help =
        "Every finding is listed with file, line and column: of the text, of its questions and, in a home, of the data: keys, dependent\n"
        "attributes, not null, checks, references, joins and dimensions that lack what rows name, and attached databases.",
    .example = "starling model check",
    .permission = PERMISSION_ADMIN,
    .home = OP_HOME_OPTIONAL,
    .needs_project = true,
    .answer = "{findings:[Finding],errors:int,warnings:int}",
    .args = CHECK_ARGS,
    .n_args = COUNT_OF(CHECK_ARGS),
    .run = run_check,
};

static const OpArg APPLY_ARGS[] = {
    {.name = "comment", .type = OP_ARG_TEXT, .help = "what changed and why"},
};

const Op APP_OP_MODEL_APPLY = {
    .name = "model apply",
    .summary = "Make the project's pack text the model in force",
    .help =
        "The text stands in HOME/projects/NAME/pack/pack.yaml. It is checked first; earlier versions stay in the log.",
    .example = "starling model apply --comment 'margin by line'",
    .permission = PERMISSION_ADMIN,
    .home = OP_HOME_WRITE,
    .needs_project = true,
    .answer =
        "{findings?:[Finding],errors?:int,warnings?:int,version:int,measures_added?:int,measures_removed?:int,measures_changed?:int,is_warehouse_same?:bool}",
    .args = APPLY_ARGS,
    .n_args = COUNT_OF(APPLY_ARGS),
    .run = run_apply,
};
