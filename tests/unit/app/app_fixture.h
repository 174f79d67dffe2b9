#pragma once
/* What the tests of operations share: a home with one project of a small pack, and operations run on it for whom they please. */
#include "test.h"

#include <string.h>

#include "base/test_folder.h"

#include "app/app_internal.h"

typedef struct Fixture {
    Folder folder;
    App *app;
    const char *home;
    Err err;
} Fixture;

/* The document in the folder's arena, or the error's message. */
static inline const char *run(Fixture *f, const char *name, const Security *security, const char *key,
                              const char *value, const char *key2, const char *value2) {
    Arena *arena = f->folder.arena;
    const Op *op = app_op_find(str_of(name));
    OpArgs *args = op_args_new(arena, op);
    Buf out CLEANUP(buf_release);
    buf_init(&out, 1 << 20);
    if (key) assert_int_equal(op_args_set(args, str_of(key), str_of(value), &f->err), ERR_OK);
    if (key2) assert_int_equal(op_args_set(args, str_of(key2), str_of(value2), &f->err), ERR_OK);
    assert_int_equal(op_args_finish(args, &f->err), ERR_OK);
    AppRequest request = {.home = f->home, .security = security};
    AppOutput output = {.format = WRITER_JSON, .out = sink_of_buf(&out), .live = sink_of_buf(&out)};
    f->err = (Err){0};
    if (app_run(f->app, &request, op, args, &output, &f->err)) return arena_cstr(arena, str_of(f->err.message));
    return arena_cstr(arena, buf_str(&out));
}

static inline void open_home(Fixture *f, const char *text) {
    *f = (Fixture){.folder = folder_make(), .app = app_new(CLOCK_SYSTEM)};
    f->home = folder_file(&f->folder, "home");
    const char *pack = folder_file(&f->folder, "pack");
    assert_int_equal(file_make_dir(pack, &f->err), ERR_OK);
    assert_int_equal(file_write_atomic(path_join(f->folder.arena, pack, "pack.yaml"), str_of(text), &f->err), ERR_OK);
    const char *made = run(f, "init", &SECURITY_OWNER, "home", f->home, "pack", pack);
    if (f->err.code) fail_msg("%s", made);
}

static inline void close_home(Fixture *f) {
    app_free(f->app);
    folder_remove(&f->folder);
}

static inline void has(const char *document, const char *text) {
    if (!strstr(document, text)) fail_msg("no %s in %s", text, document);
}

static inline void lacks(const char *document, const char *text) {
    if (strstr(document, text)) fail_msg("%s stands in %s", text, document);
}
