/*
 * A home's folders: starling.yaml, meta.sqlite, projects/NAME/{pack,oltp.sqlite,warehouse.duckdb,lake,inbox}.
 *
 * A folder is a home when it holds starling.yaml, which is written last when a home is made; a project exists when meta has its
 * row, which is added last. What a failed init leaves behind is removed again, and would not be seen if it were not.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "app/app_internal.h"

#define HOME_FILE "starling.yaml"

static const char HOME_TEXT[] = "# Settings of this home; what is left out has the value shown.\n"
                                "home: 1\n"
                                "# lock_wait: 10s          # how long a command waits for another one to finish\n"
                                "# follow:\n"
                                "#   poll: 20ms            # how often sync --follow looks at the sources\n"
                                "# query:\n"
                                "#   timeout: 30s\n"
                                "#   max_rows: 1000000\n"
                                "#   max_bytes: 1GB        # of what an answer's rows hold\n"
                                "# warehouse:\n"
                                "#   memory_limit: 2GB     # by default four fifths of the machine's\n"
                                "#   threads: 2            # by default one per core\n";

const char *home_meta_path(Arena *arena, const char *home) {
    return path_join(arena, home, "meta.sqlite");
}

HomeProject home_project(Arena *arena, const char *home, Str name) {
    const char *folder = path_join(arena, path_join(arena, home, "projects"), arena_cstr(arena, name));
    return (HomeProject){.folder = folder,
                         .pack = path_join(arena, folder, "pack"),
                         .oltp = path_join(arena, folder, "oltp.sqlite"),
                         .warehouse = path_join(arena, folder, "warehouse.duckdb"),
                         .lake = path_join(arena, folder, "lake"),
                         .inbox = path_join(arena, folder, "inbox")};
}

bool home_is(Arena *arena, const char *home) {
    return file_exists(path_join(arena, home, HOME_FILE));
}

void home_discard(Arena *arena, const char *home, bool is_new_home, bool is_new_folder) {
    static const char *const FILES[] = {"meta.sqlite", "meta.sqlite-wal", "meta.sqlite-shm", HOME_FILE};
    if (is_new_home) {
        rmdir(path_join(arena, home, "projects"));
        for (size_t i = 0; i < COUNT_OF(FILES); i++) unlink(path_join(arena, home, FILES[i]));
    }
    if (!home_is(arena, home)) unlink(path_join(arena, home, ".lock"));
    if (is_new_folder) rmdir(home);
}

ErrCode home_find(const Ctx *ctx, const char *from, const char **ret_home, Err *err) {
    const char *start = NULL;
    TRY(path_real(ctx->arena, from, &start, err));
    Str path = str_of(start);
    for (;;) {
        const char *folder = path.n ? arena_cstr(ctx->arena, path) : "/";
        if (home_is(ctx->arena, folder)) {
            *ret_home = folder;
            return ERR_OK;
        }
        if (!path.n) break;
        while (path.n && path.p[path.n - 1] != '/') path.n--;
        if (path.n) path.n--; /* the slash */
    }
    return err_set(err, ERR_NOT_FOUND,
                   "%s is in no Starling home; make one with: starling init HOME --pack NAME, or name one with --home",
                   start);
}

ErrCode home_create(const Ctx *ctx, const char *path, Err *err) {
    TRY(file_make_dir(path, err));
    if (access(path, W_OK) != 0)
        return err_set(err, ERR_IO, "%s cannot be written (%s); choose another folder or change its permissions", path,
                       strerror(errno));
    const char *file = path_join(ctx->arena, path, HOME_FILE);
    if (file_exists(file)) return ERR_OK;
    Str *names = NULL;
    size_t n_names = 0;
    TRY(dir_list(ctx->arena, path, &names, &n_names, err));
    for (size_t i = 0; i < n_names; i++)
        if (!str_eq(names[i], S(".lock")))
            return err_set(err, ERR_CONFLICT, "%s is not empty and no Starling home; choose an empty or new folder",
                           path);
    TRY(file_make_dir(path_join(ctx->arena, path, "projects"), err));
    return file_write_atomic(file, S(HOME_TEXT), err);
}

ErrCode home_find_pack(const Ctx *ctx, Str name_or_path, const char **ret_folder, Err *err) {
    const char *given = arena_cstr(ctx->arena, name_or_path);
    if (str_find_char(name_or_path, '/') >= 0 || str_starts(name_or_path, S("."))) {
        if (!file_exists(path_join(ctx->arena, given, "pack.yaml")))
            return err_set(err, ERR_NOT_FOUND, "%s holds no pack.yaml; name a pack's folder", given);
        return path_real(ctx->arena, given, ret_folder, err);
    }
    const char *packs = NULL;
    TRY(path_share(ctx->arena, "packs", &packs, err));
    const char *folder = path_join(ctx->arena, packs, given);
    if (file_exists(path_join(ctx->arena, folder, "pack.yaml"))) {
        *ret_folder = folder;
        return ERR_OK;
    }
    Str *names = NULL;
    size_t n_names = 0;
    TRY(dir_list(ctx->arena, packs, &names, &n_names, err));
    Buf list;
    buf_init(&list, 512);
    for (size_t i = 0; i < n_names; i++) buf_printf(&list, "%s%.*s", i ? ", " : "", STR_ARG(names[i]));
    err_set(err, ERR_NOT_FOUND, "there is no pack '%s'; there are %.*s, or name a folder such as ./my-pack", given,
            STR_ARG(buf_str(&list)));
    buf_release(&list);
    return ERR_NOT_FOUND;
}

/* The generator's script and the logo come along: a project goes on without the pack it was made from. */
static ErrCode copy_beside(const Ctx *ctx, const HomeProject *at, const char *pack, Str file, Err *err) {
    const char *name = arena_cstr(ctx->arena, file), *from = path_join(ctx->arena, pack, name);
    Str text;
    if (!file_exists(from)) return ERR_OK;
    TRY(file_read(ctx->arena, from, HOME_TEXT_MAX_BYTES, &text, err));
    return file_write_atomic(path_join(ctx->arena, at->pack, name), text, err);
}

static ErrCode make_project(const Ctx *ctx, const HomeProject *at, const char *pack, const Model *model, Str *ret_text,
                            Err *err) {
    TRY(file_make_dir(at->folder, err));
    TRY(file_make_dir(at->pack, err));
    TRY(file_make_dir(at->lake, err));
    TRY(file_make_dir(at->inbox, err));
    if (model->generator.script.n) TRY(copy_beside(ctx, at, pack, model->generator.script, err));
    if (model->ui.logo.n) TRY(copy_beside(ctx, at, pack, model->ui.logo, err));
    TRY(file_read(ctx->arena, path_join(ctx->arena, pack, "pack.yaml"), HOME_TEXT_MAX_BYTES, ret_text, err));
    return file_write_atomic(path_join(ctx->arena, at->pack, "pack.yaml"), *ret_text, err);
}

/* An init that was cut off leaves a pack and empty folders, which are made anew. Anything else is somebody's data: where meta does not
 * know it, meta is what was lost. */
static ErrCode check_free(const Ctx *ctx, const HomeProject *at, Err *err) {
    Str *names = NULL;
    size_t n = 0;
    if (!file_exists(at->folder)) return ERR_OK;
    if (file_is_dir(at->inbox)) TRY(dir_list(ctx->arena, at->inbox, &names, &n, err));
    if (n || file_exists(at->oltp) || file_exists(at->warehouse))
        return err_set(
            err, ERR_EXISTS,
            "%s holds data, but meta.sqlite does not know the project; put meta.sqlite back, or move the folder away",
            at->folder);
    return file_remove_tree(at->folder, err);
}

ErrCode home_add_project(const Ctx *ctx, AppSession *session, Str name, Str pack, Err *err) {
    const char *folder = NULL;
    TRY(home_find_pack(ctx, pack, &folder, err));
    Model *model = NULL;
    ModelFindings findings = {0};
    TRY(model_load(ctx->arena, folder, &model, &findings, err));
    bool is_home = home_is(ctx->arena, session->home);
    TRY(home_create(ctx, session->home, err));
    session->is_new_home = !is_home;
    Meta *meta = NULL;
    TRY(session_meta(ctx, session, &meta, err));
    MetaProject *projects = NULL;
    size_t n_projects = 0;
    TRY(meta_projects(ctx, meta, &projects, &n_projects, err));
    if (!name.n) name = model->name;
    if (!app_is_name(name))
        return err_set(err, ERR_INVALID, "a project takes a name of " APP_NAME_RULE ", not '%.*s'", STR_ARG(name));
    for (size_t i = 0; i < n_projects; i++)
        if (str_eq(projects[i].name, name))
            return err_set(err, ERR_EXISTS,
                           "this home has a project '%.*s' already; give the new one another name with --project",
                           STR_ARG(name));
    HomeProject at = home_project(ctx->arena, session->home, name);
    TRY(check_free(ctx, &at, err));
    Str text = {0};
    ErrCode code = make_project(ctx, &at, folder, model, &text, err);
    if (!code) code = meta_project_add(ctx, meta, name, model->name, err);
    if (code) {
        err_ignore(file_remove_tree(at.folder, NULL));
        return code;
    }
    int64_t version = 0;
    const MetaModel applied = {.hash = hash_text(ctx->arena, text),
                               .text = text,
                               .author = ctx->security->user,
                               .comment = S("init"),
                               .at_us = clock_now(ctx->clock)};
    code = meta_model_apply(ctx, meta, name, &applied, &version, err);
    if (code) {
        err_ignore(meta_project_remove(ctx, meta, name, NULL));
        err_ignore(file_remove_tree(at.folder, NULL));
    }
    return code;
}
