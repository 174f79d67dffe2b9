#pragma once
/*
 * meta/: our own state (projects, applied models, files taken in, runs) in meta.sqlite, through engine/ in portable SQL. The
 * schema has a version and forward migrations, each in a transaction of its own; a newer one is refused with ERR_VERSION.
 * One Meta a thread. Results live in ctx->arena.
 */
#include "engine/engine.h"

enum { META_VERSION = 4, META_RUNS_KEEP = 10000, META_QUESTIONS_KEEP = 10000 };

typedef struct Meta Meta;

/* is_create makes the file; else ERR_NOT_FOUND. is_read_only never migrates: an older schema is then ERR_VERSION. The
 * home's lock keeps writers out meanwhile, so that a home on a disk that cannot be written can be read. */
NODISCARD ErrCode meta_open(const Ctx *ctx, EngineRegistry *registry, const char *path, bool is_create,
                            bool is_read_only, Meta **ret_meta, Err *err);
void meta_close(Meta *meta); /* NULL allowed */
/* How many runs a project's log keeps, the newest ones; 0: META_RUNS_KEEP, which holds until this is called. */
void meta_keep_runs(Meta *meta, int64_t n_runs);

typedef struct MetaProject {
    Str name;
    Str pack;              /* the pack's name */
    int64_t model_version; /* applied; 0: none */
    int64_t created_at_us;
} MetaProject;

NODISCARD ErrCode meta_project_add(const Ctx *ctx, Meta *meta, Str name, Str pack, Err *err); /* ERR_EXISTS */
NODISCARD ErrCode meta_project_remove(const Ctx *ctx, Meta *meta, Str name, Err *err); /* with all that hangs on it */
NODISCARD ErrCode meta_projects(const Ctx *ctx, Meta *meta, MetaProject **ret_projects, size_t *ret_n,
                                Err *err); /* by name */

/* An applied model: the pack's text as it was accepted. */
typedef struct MetaModel {
    int64_t version; /* 1, 2, … */
    Str hash;
    Str text;
    Str author;
    Str comment;
    int64_t at_us;
} MetaModel;

/* Applies a text: a new version, unless its hash is the current one's, which is then returned. */
NODISCARD ErrCode meta_model_apply(const Ctx *ctx, Meta *meta, Str project, const MetaModel *model,
                                   int64_t *ret_version, Err *err);
NODISCARD ErrCode meta_model_get(const Ctx *ctx, Meta *meta, Str project, int64_t version, MetaModel *ret_model,
                                 Err *err); /* 0: current */
NODISCARD ErrCode meta_models(const Ctx *ctx, Meta *meta, Str project, MetaModel **ret_models, size_t *ret_n,
                              Err *err); /* newest first, no text */

/* A file taken in by `load`. */
typedef struct MetaFile {
    int64_t id; /* in order of arrival */
    Str input;
    Str name; /* as the person named it */
    Str path; /* within the project's inbox; empty when its rows went to the managed database */
    Str hash;
    int64_t n_bytes;
    int64_t n_rows;
    int64_t at_us;
    bool is_quarantine; /* its rows that cannot be read as declared are set aside; otherwise it has none */
} MetaFile;

NODISCARD ErrCode meta_file_add(const Ctx *ctx, Meta *meta, Str project, const MetaFile *file, int64_t *ret_id,
                                Err *err);
/* All of them or none. */
NODISCARD ErrCode meta_files_add(const Ctx *ctx, Meta *meta, Str project, const MetaFile *files, size_t n_files,
                                 Err *err);
NODISCARD ErrCode meta_files(const Ctx *ctx, Meta *meta, Str project, MetaFile **ret_files, size_t *ret_n,
                             Err *err); /* oldest first */

/* The id of the file that came last; 0: none yet. */
NODISCARD ErrCode meta_file_newest(const Ctx *ctx, Meta *meta, Str project, int64_t *ret_id, Err *err);
/* An existing database that a source of the pack was attached to. */
typedef struct MetaAttached {
    Str source;
    Str path;   /* absolute */
    Str tables; /* those that are captured, "a,b" */
    int64_t at_us;
} MetaAttached;

NODISCARD ErrCode meta_attached_set(const Ctx *ctx, Meta *meta, Str project, const MetaAttached *attached, Err *err);
NODISCARD ErrCode meta_attached_remove(const Ctx *ctx, Meta *meta, Str project, Str source, Err *err);
NODISCARD ErrCode meta_attached(const Ctx *ctx, Meta *meta, Str project, MetaAttached **ret_attached, size_t *ret_n,
                                Err *err); /* by source */

/* A question in words that was asked, or judged. */
typedef struct MetaQuestion {
    Str text;
    Str before; /* what it went on from: a JSON list of texts, "[]" for none */
    Str query;  /* semantic query of its reading; may be empty */
    Str status; /* "answered", … */
    int64_t n_asked;
    int64_t asked_at_us; /* the last time */
    int verdict;         /* 1 up, -1 down, 0 nobody said */
    Str comment;
    Str judged_by;
    int64_t judged_at_us;
} MetaQuestion;

/* Asked n_asked times more: query and status are those of now. META_QUESTIONS_KEEP of a project are kept, and all that have a verdict. */
NODISCARD ErrCode meta_question_asked(const Ctx *ctx, Meta *meta, Str project, const MetaQuestion *question, Err *err);
/* verdict, comment and judged_by are those of now. */
NODISCARD ErrCode meta_question_judged(const Ctx *ctx, Meta *meta, Str project, const MetaQuestion *question, Err *err);
/* The last asked first, at most `max`. */
NODISCARD ErrCode meta_questions(const Ctx *ctx, Meta *meta, Str project, int64_t max, MetaQuestion **ret_questions,
                                 size_t *ret_n, Err *err);

/* etl_log: one row a run and one a step of it. */
typedef enum MetaStatus { META_RUNNING, META_DONE, META_FAILED } MetaStatus;
const char *meta_status_name(MetaStatus status);
#define META_INTERRUPTED "interrupted" /* the error of a run whose process was killed */

typedef struct MetaRun {
    int64_t id;
    Str kind;  /* "load", "generate", "sync" */
    Str batch; /* id of the published batch; empty when nothing was published */
    MetaStatus status;
    int64_t started_at_us;
    int64_t duration_us;
    int64_t n_rows; /* changes applied */
    Str error;      /* message; empty when none */
} MetaRun;

typedef struct MetaStep {
    Str name; /* "capture", "silver", "gold", … */
    Str table;
    Str verdict; /* "ok", or what is wrong */
    int64_t n_read;
    int64_t n_inserted;
    int64_t n_updated;
    int64_t n_deleted;
    Str position_from;
    Str position_to;
    int64_t duration_us;
} MetaStep;

NODISCARD ErrCode meta_run_begin(const Ctx *ctx, Meta *meta, Str project, Str kind, Str batch, int64_t *ret_run,
                                 Err *err);
NODISCARD ErrCode meta_run_step(const Ctx *ctx, Meta *meta, int64_t run, const MetaStep *step, Err *err);
/* Ends a run; failed runs keep their error. The oldest runs beyond those to keep leave the log, with their steps. */
NODISCARD ErrCode meta_run_end(const Ctx *ctx, Meta *meta, int64_t run, MetaStatus status, int64_t n_rows, Str error,
                               Err *err);
/* Runs left RUNNING by a killed process become DONE when their batch was published, else FAILED with the
 * error META_INTERRUPTED. */
NODISCARD ErrCode meta_runs_settle(const Ctx *ctx, Meta *meta, Str project, Str published_batch, Err *err);
/* Newest first, at most `max`. */
NODISCARD ErrCode meta_runs(const Ctx *ctx, Meta *meta, Str project, int64_t max, MetaRun **ret_runs, size_t *ret_n,
                            Err *err);
/* One run of the project: ERR_NOT_FOUND says which runs its log has. */
NODISCARD ErrCode meta_run_get(const Ctx *ctx, Meta *meta, Str project, int64_t run, MetaRun *ret_run, Err *err);
NODISCARD ErrCode meta_run_steps(const Ctx *ctx, Meta *meta, int64_t run, MetaStep **ret_steps, size_t *ret_n,
                                 Err *err);
