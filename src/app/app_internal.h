#pragma once
/* Of app/ only: the operations' descriptors and the parts of a session. */
#include "app/app.h"

extern const Op APP_OP_INIT;
extern const Op APP_OP_LOAD;
extern const Op APP_OP_GENERATE;
extern const Op APP_OP_SYNC;
extern const Op APP_OP_SERVE;
extern const Op APP_OP_OPENAPI;
extern const Op APP_OP_DOCTOR;
extern const Op APP_OP_REBUILD;
extern const Op APP_OP_RECONCILE;
extern const Op APP_OP_QUARANTINE;
extern const Op APP_OP_SOURCE_ATTACH;
extern const Op APP_OP_SOURCE_DETACH;
extern const Op APP_OP_SOURCE_LIST;
extern const Op APP_OP_STATUS;
extern const Op APP_OP_RUNS;
extern const Op APP_OP_RUN_SHOW;
extern const Op APP_OP_QUERY;
extern const Op APP_OP_EXPLAIN;
extern const Op APP_OP_ASK;
extern const Op APP_OP_QUESTIONS;
extern const Op APP_OP_FEEDBACK;
extern const Op APP_OP_PROJECTS;
extern const Op APP_OP_ASK_TRAIN;
extern const Op APP_OP_EVAL;
extern const Op APP_OP_EXAMPLES;
extern const Op APP_OP_MODEL_CHECK;
extern const Op APP_OP_MODEL_APPLY;
extern const Op APP_OP_MODEL_SHOW;
extern const Op APP_OP_MODEL_LOG;
extern const Op APP_OP_MODEL_TEXT;
extern const Op APP_OP_VERSION;

/* What projects and the like may be called. */
#define APP_NAME_RULE "lower-case letters, digits, - and _ (at most 48, a letter first)"
bool app_is_name(Str s);

/* ---- home (app_home.c, app_lock.c, app_config.c) -------------------------------------------------------------------- */

enum { HOME_TEXT_MAX_BYTES = 1 << 20 };

/* Where a project's things are; texts in the arena. */
typedef struct HomeProject {
    const char *folder;
    const char *pack;
    const char *oltp;
    const char *warehouse;
    const char *lake;
    const char *inbox;
} HomeProject;
HomeProject home_project(Arena *arena, const char *home, Str name);
const char *home_meta_path(Arena *arena, const char *home);
bool home_is(Arena *arena, const char *home);
/* After a failed init: removes what it made, the home's own files and its folder. */
void home_discard(Arena *arena, const char *home, bool is_new_home, bool is_new_folder);
NODISCARD ErrCode home_config(Arena *arena, const char *home, AppConfig *ret_config, Err *err);
/* Holds the home's lock file from open to close; -1 when not held. A kernel lock: the holder's death frees it. */
typedef struct HomeLock {
    int fd;
} HomeLock;
/* Waits until until_us. ERR_BUSY naming the holding process after that (waited_ms is for the message); at once, with *ret_is_held,
 * where it is held and there is a socket to ask who holds it. */
NODISCARD ErrCode home_lock(const Ctx *ctx, const char *home, bool is_exclusive, int64_t until_us, int64_t waited_ms,
                            HomeLock *ret_lock, bool *ret_is_held, Err *err);
void home_unlock(HomeLock *lock);

/* ---- session (app_session.c) ---------------------------------------------------------------------------------------- */

typedef struct AppEngines AppEngines; /* of questions: app_ask_engine.c */
AppEngines *app_engines_new(Arena *arena);
void app_engines_free(AppEngines *engines);

struct App {
    Arena *arena; /* that it lives in */
    EngineRegistry *registry;
    AppEngines *engines;
    Clock clock;
    const AppFront *front; /* NULL: there is none in this program */
};

struct AppSession {
    App *app;
    const AppRequest *request;
    const Op *op;
    const AppOutput *output;
    Ctx ctx;                /* its own: what lives as long as the session is in this arena */
    bool is_open;           /* the home is entered, and the project that is needed loaded */
    bool is_raw;            /* the operation wrote to output by itself: there is no document */
    Holder *holder;         /* this process holds the home, and the session came through its socket… */
    struct NetRequest *net; /* …as this request; both NULL otherwise */
    bool has_entered;       /* the holder's place for writers */
    bool is_held;           /* another process holds the home, and may be asked */
    int64_t lock_until_us;  /* how long to wait for the home */
    const char *home;
    bool is_new_folder; /* made by this session… */
    bool is_new_home;   /* …as was the home in it */
    AppConfig config;
    HomeLock lock;
    Meta *meta;
    Snapshot *snapshot;
    Snapshot *older; /* of an earlier version of the model that a query names; may be NULL */
    PipelineProject project;
    bool has_project;
    EngineDb *warehouse;
};

/* As app_run; holder and net: see AppSession. */
NODISCARD ErrCode session_run(App *app, const AppRequest *request, Holder *holder, struct NetRequest *net, const Op *op,
                              const OpArgs *args, const AppOutput *output, Err *err);
/* Opens any project's warehouse as this session may; ERR_NOT_FOUND: it has none yet. The caller closes it. */
NODISCARD ErrCode session_open_warehouse(const Ctx *ctx, AppSession *session, Str project, EngineDb **ret_db, Err *err);
/* The snapshot of an accepted version, in force or not; it lives as long as the session. ERR_NOT_FOUND: no such version; ERR_CONFLICT:
 * what it asks is not in today's warehouse. */
NODISCARD ErrCode session_model_version(const Ctx *ctx, AppSession *session, int64_t version,
                                        const Snapshot **ret_snapshot, Err *err);
/* The same on a snapshot that holds the model, and the project's texts. The caller releases it. */
NODISCARD ErrCode app_project_snapshot(const Ctx *ctx, App *app, const char *home, Meta *meta, Str name,
                                       PipelineProject *ret_project, Snapshot **ret_snapshot, Err *err);
/* A project on its applied model, which lives in `arena`; without warehouse. */
NODISCARD ErrCode app_project_load(const Ctx *ctx, App *app, const char *home, Meta *meta, Str name, Arena *arena,
                                   PipelineProject *ret_project, int64_t *ret_version, Err *err);
/* How a warehouse is opened: all who share its instance in one process must say the same. */
EngineConfig app_warehouse_config(Arena *arena, const AppConfig *config, const HomeProject *at, bool is_read_only,
                                  bool is_held);

/* For a table of n_rows rows with these columns. */
BatchBuilder *app_rows_new(Arena *arena, const WriterColumn *columns, size_t n_columns, size_t n_rows);
/* What a load took in, as a table. */
NODISCARD ErrCode app_write_loads(const Ctx *ctx, Writer *w, const LoadCounts *counts, size_t n, Err *err);
/* What a sync, rebuild or reconcile did; brings the index of values in step as well, and tells where that failed. */
NODISCARD ErrCode app_write_report(const Ctx *ctx, Writer *w, const PipelineProject *project, const SyncReport *report,
                                   Err *err);
/* How a run stands for the person: as logged, or "interrupted" for one whose process was killed; and what is wrong with it (empty:
 * nothing). */
Str app_run_status(const AppSession *session, const MetaRun *run);
Str app_run_error(const AppSession *session, const MetaRun *run);
/* ["a","b"]; in the arena. */
NODISCARD ErrCode app_list_json(Arena *arena, const Str *texts, size_t n, Str *ret, Err *err);
/* How a pack presents itself, into the object that is open. */
NODISCARD ErrCode app_write_looks(Writer *w, const ModelUi *ui, Err *err);
/* A findings list on the writer: notes for the person, "findings" for machines. */
NODISCARD ErrCode app_write_findings(const Ctx *ctx, Writer *w, const ModelFindings *findings, Err *err);
