#pragma once
/*
 * app/: a home and its projects, and the operations on them (app_op.h).
 *
 * A session is one request: it finds the home, takes its lock as the operation says, opens what the operation asks for (meta,
 * model, warehouse) and closes all of it at its end. One thread a session. Where another process holds the home (`sync --follow`,
 * `serve`) the session runs there, through the home's socket, and its bytes come back.
 */
#include "app/app_op.h"
#include "engine/engine.h"
#include "meta/meta.h"
#include "model/model.h"
#include "pipeline/pipeline.h"

enum { APP_NAME_MAX = 48 /* of a project */, APP_HOME_VERSION = 1, APP_LOCK_WAIT_MS = 10000, APP_FOLLOW_POLL_MS = 20 };

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
    Str request_id;     /* of the caller's; empty: one is made */
    Progress progress;
} AppRequest;

/* Whether the same request gives the same document again: as long as its project is on these versions. */
typedef struct AppReuse {
    Arena *arena;  /* of who wants to know: texts are put there */
    bool is_known; /* the operation says so */
    Str project;
    int64_t model_version;
    int64_t data_version; /* -1: whatever the data */
    int64_t data_at_us;   /* from when the age counts that the document tells; 0: it tells none */
    Str noted;            /* the question it answers, for holder_note_question when it is given again; empty: none */
} AppReuse;

/* Where an operation's document goes, and how it looks. */
typedef struct AppOutput {
    WriterFormat format;
    int width; /* of the terminal; 0: unbounded */
    bool is_pretty;
    bool is_live;    /* somebody waits for the first rows */
    AppReuse *reuse; /* told before the document's end; may be NULL */
    Sink out;
    Sink failed; /* the document of a failure before anything has left; without write: it leaves as any other */
    Sink live;   /* to the same place, each text at once: for what goes on until it is ended */
    Sink notes;  /* beside the document, for the person; without write: nobody reads them */
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

/* ---- a home that this process holds, for who answers others ---------------------------------------------------------- */

typedef struct Holder Holder; /* from holder's start to its end; any thread */
struct NetRequest;

/* Answers others while a home is held (`serve`): server/, wired in by main. */
typedef struct AppFront {
    /* Begins to answer. *ret_address is told to the person. Descriptor and front are the caller's until stop. */
    ErrCode (*start)(const Ctx *ctx, Holder *holder, const OpArgs *args, void **ret_front, Str *ret_address, Err *err);
    void (*stop)(void *front, int grace_ms); /* what was begun may go on so long; frees */
    /* The contract of what it answers (OpenAPI), from the table of operations. */
    ErrCode (*describe)(Sink out, Err *err);
} AppFront;
void app_set_front(App *app, const AppFront *front);

typedef struct AppConfig AppConfig;
const AppConfig *holder_config(const Holder *holder);
const char *holder_home(const Holder *holder);
const Security *holder_security(const Holder *holder); /* of who started it: until there are accounts, everybody's */
/* As app_run, in the held home. net: the request it is done for, whose reader is given up at last; may be NULL. */
NODISCARD ErrCode holder_run_op(Holder *holder, const AppRequest *request, struct NetRequest *net, const Op *op,
                                const OpArgs *args, const AppOutput *output, Err *err);

/* What a project stands at. */
typedef struct HolderVersion {
    Str project;
    int64_t model; /* version in force; 0: none */
    int64_t data;  /* newest published; 0: none */
    int64_t data_at_us;
    Str problem; /* why it is not in step with its sources; empty: it is, or is getting there */
} HolderVersion;

/* All projects, in the arena, and a number that rises with each change of any of them. */
int64_t holder_versions(Holder *holder, Arena *arena, HolderVersion **ret_versions, size_t *ret_n);
/* Waits up to ms for that number to be another than `seen`; gives it. */
int64_t holder_versions_wait(Holder *holder, int64_t seen, int64_t ms);
/* Whether a project stands at just these versions (data -1: whatever the data) and nobody is at work who might change that: writers of other
 * projects may be. */
bool holder_is_at(Holder *holder, Str project, int64_t model, int64_t data);

/* A question is asked once more, as an answer's AppReuse has it: kept by the loop, for suggestions. Copied. */
void holder_note_question(Holder *holder, Str project, Str noted);

/* The logo of a project's pack, with its media type; in the arena. Waits for files. ERR_NOT_FOUND: no such project, or it has none. */
NODISCARD ErrCode holder_logo(Holder *holder, Arena *arena, Str project, Str *ret_bytes, const char **ret_type,
                              Err *err);

/* ---- for operations ------------------------------------------------------------------------------------------------- */

/* server.…: what `serve` takes at most. */
typedef struct AppServerConfig {
    int64_t max_body_bytes;   /* of a request; default 1 MB */
    int64_t max_header_bytes; /* request line and headers; default 16 KB */
    int max_connections;      /* open at one time; default 512 */
    int n_workers;            /* requests that are worked on at one time; default 8 */
    int n_slow;               /* answers that wait for slow readers beside them; default 64 */
    int max_waiting;          /* requests that wait for a worker; default 128 */
    int64_t idle_ms;          /* a connection that moves no byte so long is closed; default 60 s */
    int n_job_workers;        /* jobs that run at one time; default 2 */
    int max_jobs_waiting;     /* default 16 */
    int max_jobs_kept;        /* that have ended; default 100 */
    int64_t max_job_bytes;    /* of a job's document; default 16 MB */
    int max_streams;          /* of events, open at one time; default 256 */
    int64_t cache_bytes;      /* of answers that are kept; default 64 MB */
    int64_t grace_ms;         /* at the end: what was begun may go on so long; default 2 s */
    bool has_access_log;      /* HOME/log/access.log; default on */
} AppServerConfig;

/* starling.yaml; every value has a default, so the file may be empty. */
struct AppConfig {
    int64_t memory_limit_bytes; /* warehouse.memory_limit; 0: the engine's default */
    int n_threads;              /* warehouse.threads */
    int64_t query_timeout_us;   /* query.timeout, default 30 s */
    int64_t query_max_rows;     /* query.max_rows, default 1,000,000 */
    int64_t query_max_bytes;    /* query.max_bytes, default 1 GB */
    int64_t lock_wait_ms;       /* lock_wait, default 10 s */
    int64_t runs_keep;          /* runs.keep, default 10,000 */
    int max_deleted_percent;    /* load.max_deleted, default 20 */
    int64_t follow_poll_ms;     /* follow.poll, default 20 ms */
    AppServerConfig server;
};

App *session_app(const AppSession *session);
const char *session_home(const AppSession *session); /* absolute; NULL for OP_HOME_NONE */
const AppConfig *session_config(const AppSession *session);
/* An operation's word that its document hangs on nothing but its arguments, the project's model and its data in this version (AppReuse). */
void session_reusable(AppSession *session, int64_t data_version, int64_t data_at_us, Str noted);
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
