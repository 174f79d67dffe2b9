/* starling init HOME --pack NAME|PATH [--project NAME] [--sample] */
#include "app/app_internal.h"

/* The pack's own data as inputs of the new project: its samples or, where it has none, what its generator makes. */
static ErrCode load_sample(const Ctx *ctx, AppSession *session, Str name, const char *pack_folder,
                           LoadCounts **ret_counts, size_t *ret_n, Err *err) {
    ModelFindings findings = {0};
    Model *model = NULL;
    TRY(model_load(ctx->arena, pack_folder, &model, &findings, err));
    VEC(PipelineInput) inputs = {0};
    for (size_t i = 0; i < model->n_inputs; i++) {
        const ModelInput *input = &model->inputs[i];
        if (!input->sample.n) continue;
        const char *path = path_join(ctx->arena, pack_folder, arena_cstr(ctx->arena, input->sample));
        VEC_PUSH(ctx->arena, &inputs, (PipelineInput){.input = input->name, .path = path});
    }
    if (!inputs.n && !model->generator.script.n)
        return err_set(err, ERR_UNSUPPORTED,
                       "pack '%.*s' carries no sample data; leave --sample out and take files in with `starling load`",
                       STR_ARG(model->name));
    HomeProject at = home_project(ctx->arena, session->home, name);
    Meta *meta = NULL;
    TRY(session_meta(ctx, session, &meta, err));
    const PipelineProject project = {.name = name,
                                     .model = model,
                                     .folder = at.folder,
                                     .oltp_path = at.oltp,
                                     .inbox = at.inbox,
                                     .pack = pack_folder,
                                     .registry = session->app->registry,
                                     .meta = meta};
    const GenerateOptions usual = {.scale_milli = 1000, .seed = 1};
    return inputs.n ? pipeline_load(ctx, &project, inputs.at, inputs.n, NULL, ret_counts, ret_n, err)
                    : pipeline_generate(ctx, &project, &usual, ret_counts, ret_n, err);
}

static bool has_only_attached(const Model *model) {
    for (size_t i = 0; i < model->n_sources; i++)
        if (model->sources[i].kind != MODEL_SOURCE_ATTACHED) return false;
    return model->n_sources > 0;
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    const char *folder = NULL;
    Str pack = op_arg_text(args, "pack");
    TRY(home_find_pack(ctx, pack, &folder, err));
    Str name = session->request->project;
    TRY(home_add_project(ctx, session, name, pack, err));
    Model *model = NULL;
    ModelFindings findings = {0};
    TRY(model_load(ctx->arena, folder, &model, &findings, err));
    if (!name.n) name = model->name;
    LoadCounts *counts = NULL;
    size_t n_counts = 0;
    if (op_arg_flag(args, "sample")) {
        ErrCode code = load_sample(ctx, session, name, folder, &counts, &n_counts, err);
        if (code) { /* all or nothing: a project without its data is not what was asked for */
            err_ignore(meta_project_remove(ctx, session->meta, name, NULL));
            err_ignore(file_remove_tree(home_project(ctx->arena, session->home, name).folder, NULL));
            return code;
        }
    }
    TRY(writer_field(w, S("home"), S("Home"), value_text(str_of(session->home)), err));
    TRY(writer_field(w, S("project"), S("Project"), value_text(name), err));
    TRY(writer_field(w, S("pack"), S("Pack"), value_text(pack), err));
    if (n_counts) TRY(app_write_loads(ctx, w, counts, n_counts, err));
    Str next = S("Next: starling load NAME=FILE, then starling sync");
    if (op_arg_flag(args, "sample"))
        next = S("Next: starling sync");
    else if (has_only_attached(model))
        next = S("Next: starling source attach sqlite:PATH");
    else if (model->generator.script.n)
        next = S("Next: starling generate, or starling load NAME=FILE; then starling sync");
    return writer_note(w, next, err);
}

static const OpArg ARGS[] = {
    {.name = "home",
     .type = OP_ARG_PATH,
     .is_positional = true,
     .is_required = true,
     .help = "folder to make, or an existing home"},
    {.name = "pack",
     .type = OP_ARG_PACK,
     .is_required = true,
     .help = "a pack's name, or the folder of one (./my-pack)"},
    {.name = "sample", .type = OP_ARG_FLAG, .help = "take the pack's own data in, or what its generator makes"},
};

const Op APP_OP_INIT = {
    .name = "init",
    .summary = "Make a home, or add a project to one",
    .help =
        "A home is a folder with everything: settings, state, and a folder per project with its pack, database and warehouse.\n"
        "--project names the project; otherwise it is named after its pack.",
    .example = "starling init demo --pack ./my-pack --sample",
    .permission = PERMISSION_ADMIN,
    .home = OP_HOME_CREATE,
    .is_long = true,
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
