#pragma once
/*
 * app/: a home and its projects, and the operations on them (app_op.h).
 *
 * A session is one request: it finds the home, takes its lock as the operation says, opens what the operation asks for (meta,
 * model, warehouse) and closes all of it at its end. One thread a session. Where another process holds the home (`sync --follow`)
 * the session runs there, through the home's socket, and its bytes come back.
 */
#include "app/app_op.h"
#include "engine/engine.h"
#include "meta/meta.h"
#include "model/model.h"
#include "pipeline/pipeline.h"

enum { APP_HOME_VERSION = 1, APP_LOCK_WAIT_MS = 10000, APP_FOLLOW_POLL_MS = 20 };

/* Process-wide: engine registry and clock. */
App *app_new(Clock clock);
void app_free(App *app);

/* What a transport hands over. Strs are borrowed for the call. */
typedef struct AppRequest {
    const char *home; /* --home; NULL: nearest parent of the working folder that is one */
    Str project;      /* --project; empty: the only one */
    const Security *security;
    Cancel *cancel;
    int64_t timeout_us; /* 0: the home's `query.timeout`, for reads */
    Progress progress;
} AppRequest;

/* Where an operation's document goes, and how it looks. */
typedef struct AppOutput {
    WriterFormat format;
    int width; /* of the terminal; 0: unbounded */
    bool is_pretty;
    Sink out;
    Sink live;  /* to the same place, each text at once: for what goes on until it is ended */
    Sink notes; /* beside the document, for the person; without write: nobody reads them */
} AppOutput;

/* Runs one operation from permission to the last byte. A failure ends the document where its format has a place for errors. */
NODISCARD ErrCode app_run(App *app, const AppRequest *request, const Op *op, const OpArgs *args,
                          const AppOutput *output, Err *err);

/*
 * Calls of one operation, one after the other, in a session that stays open between them: home, model and warehouse are found and
 * opened by the first. While it is open nobody else can write to the home; `rest` closes it, and the next call opens it again.
 * Where another process holds the home, nothing is kept here: each call runs there.
 */
typedef struct AppKept AppKept;
AppKept *app_kept_new(App *app, const AppRequest *request, const Op *op, const AppOutput *output); /* all borrowed */
NODISCARD ErrCode app_kept_run(AppKept *kept, const OpArgs *args, Err *err);
void app_kept_rest(AppKept *kept);
void app_kept_free(AppKept *kept); /* NULL allowed; before the app */

/* ---- for operations ------------------------------------------------------------------------------------------------- */

/* starling.yaml; every value has a default, so the file may be empty. */
typedef struct AppConfig {
    int64_t memory_limit_bytes; /* warehouse.memory_limit; 0: the engine's default */
    int n_threads;              /* warehouse.threads */
    int64_t query_timeout_us;   /* query.timeout, default 30 s */
    int64_t query_max_rows;     /* query.max_rows, default 1,000,000 */
    int64_t query_max_bytes;    /* query.max_bytes, default 1 GB */
    int64_t lock_wait_ms;       /* lock_wait, default 10 s */
    int64_t runs_keep;          /* runs.keep, default 10,000 */
    int max_deleted_percent;    /* load.max_deleted, default 20 */
    int64_t follow_poll_ms;     /* follow.poll, default 20 ms */
} AppConfig;

App *session_app(const AppSession *session);
const char *session_home(const AppSession *session); /* absolute; NULL for OP_HOME_NONE */
const AppConfig *session_config(const AppSession *session);
NODISCARD ErrCode session_meta(const Ctx *ctx, AppSession *session, Meta **ret_meta, Err *err);
/* The project's places and its applied model; warehouse is NULL until session_warehouse. */
NODISCARD ErrCode session_project(const Ctx *ctx, AppSession *session, PipelineProject **ret_project, Err *err);
/* Opens the project's warehouse, locked down, as the operation's lock allows (read-only under a shared one). */
NODISCARD ErrCode session_warehouse(const Ctx *ctx, AppSession *session, EngineDb **ret_db, Err *err);

/* Makes a home (or finds it as one already), and in it a project of a pack given by name or folder. */
NODISCARD ErrCode home_create(const Ctx *ctx, const char *path, Err *err);
NODISCARD ErrCode home_add_project(const Ctx *ctx, AppSession *session, Str name, Str pack, Err *err);
/* Folder of a pack: itself, or share/starling/packs/NAME beside the program. ERR_NOT_FOUND names the packs there are. */
NODISCARD ErrCode home_find_pack(const Ctx *ctx, Str name_or_path, const char **ret_folder, Err *err);
/* The nearest folder at or above `from` that is a home. */
NODISCARD ErrCode home_find(const Ctx *ctx, const char *from, const char **ret_home, Err *err);
