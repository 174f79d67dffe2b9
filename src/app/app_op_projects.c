/* starling projects: what there is to ask, and how it presents itself. */
#include "app/app_internal.h"

ErrCode app_write_looks(Writer *w, const ModelUi *ui, Err *err) {
    const struct {
        const char *name;
        Str value;
    } looks[] = {{"title", ui->title}, {"color", ui->color}, {"logo", ui->logo}, {"number_locale", ui->number_locale}};
    for (size_t i = 0; i < COUNT_OF(looks); i++)
        if (looks[i].value.n) TRY(writer_field(w, str_of(looks[i].name), (Str){0}, value_text(looks[i].value), err));
    return ERR_OK;
}

static ErrCode write_project(const Ctx *ctx, AppSession *session, Meta *meta, Writer *w, const MetaProject *project,
                             Err *err) {
    PipelineProject at = {0};
    int64_t version = 0;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    TRY(app_project_load(ctx, session->app, session->home, meta, project->name, arena, &at, &version, err));
    TRY(writer_object_begin(w, (Str){0}, err));
    TRY(writer_field(w, S("name"), (Str){0}, value_text(project->name), err));
    TRY(writer_field(w, S("title"), (Str){0}, value_text(at.model->title), err));
    if (at.model->description.n)
        TRY(writer_field(w, S("description"), (Str){0}, value_text(at.model->description), err));
    TRY(writer_field(w, S("pack"), (Str){0}, value_text(project->pack), err));
    TRY(writer_field(w, S("model_version"), (Str){0}, value_int(version), err));
    TRY(writer_object_begin(w, S("ui"), err));
    TRY(app_write_looks(w, &at.model->ui, err));
    TRY(writer_object_end(w, err));
    TRY(writer_object_end(w, err));
    return writer_note(w, arena_printf(ctx->arena, "%.*s  %.*s", STR_ARG(project->name), STR_ARG(at.model->title)),
                       err);
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    (void)args;
    Meta *meta = NULL;
    MetaProject *projects = NULL;
    size_t n = 0;
    TRY(session_meta(ctx, session, &meta, err));
    TRY(meta_projects(ctx, meta, &projects, &n, err));
    TRY(writer_list_begin(w, S("projects"), err));
    for (size_t i = 0; i < n; i++) TRY(write_project(ctx, session, meta, w, &projects[i], err));
    return writer_list_end(w, err);
}

const Op APP_OP_PROJECTS = {
    .name = "projects",
    .summary = "List the home's projects by title",
    .example = "starling projects",
    .permission = PERMISSION_READ_MODEL,
    .home = OP_HOME_READ,
    .answer = "{projects:[{name:text,title:text,description?:text,pack:text,model_version:int,ui:Ui}]}",
    .run = run,
};
