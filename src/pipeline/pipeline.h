#pragma once
/*
 * pipeline/: from sources to the warehouse.
 *
 *   file ── load ──> managed SQLite, or the inbox
 *   Source (managed SQLite, inbox files) ── changes ──> Warehouse: bronze -> silver -> gold, one publish a batch
 *
 * Every source gives the same record (Change) whatever its capture mode; the warehouse applies a batch of changes and the reader's
 * position in one transaction, idempotent by batch id. All work on rows is set-based SQL inside an engine; rows pass through C only
 * in capture and bulk load, a column batch at a time.
 *
 * One job at a time a project, in one thread (the home's lock sees to it). Everything returned lives in ctx->arena.
 */
#include "engine/engine.h"
#include "meta/meta.h"
#include "model/model.h"
#include "model/model_texts.h"

/* ---- the change record ---------------------------------------------------------------------------------------------- */

typedef enum ChangeOp {
    CHANGE_INSERT = 'I',
    CHANGE_UPDATE = 'U', /* also of the key: before and after differ in it */
    CHANGE_DELETE = 'D',
    CHANGE_FIX = 'F',       /* a person's correction of a quarantined row */
    CHANGE_SUSPECT = 'S',   /* another row may have gone with this one: the reader looks it up by key */
    CHANGE_QUARANTINE = 'Q' /* a row whose values do not fit the model came, or came again: no row of silver */
} ChangeOp;

/* How far a source has been read. A token means something to its source only; another epoch (a restored backup, a purged log)
 * forces a new snapshot, which is announced. */
typedef struct Position {
    Str epoch;
    Str token; /* empty: nothing read yet */
} Position;

/*
 * Changes of one table, in the order in which its source made them, as a stream of columns:
 *
 *   _n        int64      counts up in source order
 *   _op       text       a ChangeOp letter
 *   _at       timestamp  the source's clock (UTC); never smaller than in the row before
 *   _is_now   bool       what the row says still holds in the source as it is read: I, U: the row with the after image's key is
 *                        equal to that image; D, S: no row has the before image's key
 *   before_C  for each column C of the table, null for I
 *   after_C   for each column C of the table, null for D and S
 */
#define CHANGE_N "_n"
#define CHANGE_OP "_op"
#define CHANGE_AT "_at"
#define CHANGE_IS_NOW "_is_now"

/*
 * Rows of attached databases, whole tables and changes alike, have two columns more, for their values may not fit the model:
 *
 *   _wrong    text  what is wrong, naming column and value; null where the row fits. Columns that do not fit are null
 *   _payload  text  JSON of the row as it lies there; null where it fits
 *
 * A row that does not fit is none of silver's. Among changes, the image that does not fit counts as absent: an update to such a row
 * is D, one from it I, an insert Q, an update from one to another Q; _wrong and _payload tell of the after image. The deletion of
 * such a row is Q without them, before_C as far as it fits. _is_now of D and S: no row that fits has the key.
 */
#define CHANGE_WRONG "_wrong"
#define CHANGE_PAYLOAD "_payload"

/* ---- sources -------------------------------------------------------------------------------------------------------- */

typedef struct Source Source;
typedef struct SourceReader SourceReader;

/* A capture mode: one const descriptor a file. */
typedef struct SourceMode {
    const char *name; /* "log", "file"; later "logical", "binlog", "timestamp" */
    bool has_log;     /* source_changes works; otherwise every sync compares a snapshot with silver */
    bool sees_deletes;
} SourceMode;
const SourceMode *source_mode(const Source *source);
Str source_name(const Source *source);

/*
 * Begins a consistent read of whole tables and tells the position it stands at: where changes go on from. Rows come with the
 * table's columns, typed as the model says. *ret_is_same: nothing changed since `from`, no reader is opened.
 */
NODISCARD ErrCode source_snapshot(const Ctx *ctx, Source *source, const Position *from, SourceReader **ret_reader,
                                  Position *ret_position, bool *ret_is_same, Err *err);
typedef enum SourceNews {
    SOURCE_SAME,  /* nothing changed since; no reader */
    SOURCE_MOVED, /* the reader's tables have changes */
    SOURCE_LOST   /* the log does not go on from there (a restored backup, a purged log): take a snapshot; no reader */
} SourceNews;
/*
 * Begins a consistent read of all changes after `from` (which has a token) and tells the position behind the last: whole
 * transactions, for everything committed is read at one moment. *ret_why: with SOURCE_LOST, the reason in words. ERR_UNSUPPORTED
 * where the mode has no log.
 */
NODISCARD ErrCode source_changes(const Ctx *ctx, Source *source, const Position *from, SourceReader **ret_reader,
                                 Position *ret_position, SourceNews *ret_news, Str *ret_why, Err *err);
/* The tables the read covers. A table that a snapshot leaves out keeps its silver rows. */
const ModelTable *const *source_reader_tables(const SourceReader *reader, size_t *ret_n);
/* One table's rows, or its changes, as batches read in place. */
NODISCARD ErrCode source_reader_open(const Ctx *ctx, SourceReader *reader, const ModelTable *table,
                                     EngineStream **ret_rows, Err *err);
/* Rows the source has in a table, at the reader's moment; -1: it cannot tell cheaply. */
NODISCARD ErrCode source_reader_count(const Ctx *ctx, SourceReader *reader, const ModelTable *table, int64_t *ret_n,
                                      Err *err);
void source_reader_close(SourceReader *reader); /* NULL allowed */
/* What lies before `position` is published and may be purged. Call after the reader is closed. */
NODISCARD ErrCode source_ack(const Ctx *ctx, Source *source, const Position *position, Err *err);
void source_close(Source *source); /* NULL allowed */

/* ---- the warehouse -------------------------------------------------------------------------------------------------- */

typedef struct Warehouse Warehouse;

typedef struct TableCounts {
    Str step; /* "bronze", "silver", "dimension", "fact" */
    Str table;
    int64_t n_read;
    int64_t n_inserted;
    int64_t n_updated;
    int64_t n_deleted;
    int64_t n_set_aside; /* rows that cannot be typed: they wait in quarantine */
    int64_t duration_us;
    Str position_from; /* of the table's source, before and after; empty for gold */
    Str position_to;
} TableCounts;

/* Opens the project's warehouse and brings its schema to the model's (tables and columns that are new are made; a change that
 * needs a rebuild says so). */
NODISCARD ErrCode warehouse_open(const Ctx *ctx, EngineDb *db, const Model *model, Warehouse **ret_warehouse, Err *err);
void warehouse_close(Warehouse *warehouse); /* NULL allowed */
/* How far `source` is published; empty token: not at all. */
NODISCARD ErrCode warehouse_position(const Ctx *ctx, Warehouse *warehouse, Str source, Position *ret_position,
                                     Err *err);
/* The newest published batch, from any connection to a warehouse: version 0 and an empty id when there is none. The id is in
 * ctx->arena. */
NODISCARD ErrCode warehouse_version(const Ctx *ctx, EngineConn *conn, int64_t *ret_version, Str *ret_batch,
                                    int64_t *ret_at_us, Err *err);
/* What a warehouse that has a version holds of one source. */
typedef struct WarehouseSource {
    int64_t n_rows; /* of its tables as they are now; what waits in quarantine is not among them */
    bool has_data;
    int64_t changed_at_us; /* when its newest change was published */
} WarehouseSource;
NODISCARD ErrCode warehouse_source(const Ctx *ctx, EngineConn *conn, const Model *model, const ModelSource *source,
                                   WarehouseSource *ret_source, Err *err);
/* Writes what the engine's log holds into its file, while others read on. Between batches. */
NODISCARD ErrCode warehouse_checkpoint(const Ctx *ctx, EngineDb *db, Err *err);
/* Begins a batch: one transaction until publish or abandon. */
NODISCARD ErrCode warehouse_begin(const Ctx *ctx, Warehouse *warehouse, Str batch_id, Err *err);
/* Whole content of a table as of at_us (INT64_MIN: unknown): what differs from silver becomes bronze records and silver rows. */
NODISCARD ErrCode warehouse_apply_snapshot(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                           int64_t at_us, EngineStream *rows, TableCounts *ret_counts, Err *err);
/* Rows to append, whose identity is (file, line): delivery append. */
NODISCARD ErrCode warehouse_apply_append(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                         Str file_hash, int64_t at_us, EngineStream *rows, TableCounts *ret_counts,
                                         Err *err);
/* Changes from a log, as source_changes gives them. Suspects are settled; a change that does not fit what silver has, or a last
 * change of a key that the source no longer agrees with, is ERR_DATA naming keys. */
NODISCARD ErrCode warehouse_apply_changes(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                          EngineStream *changes, TableCounts *ret_counts, Err *err);
/* Brings gold in step with silver, writes the positions, and commits it all: atomic, and a no-op for a batch id that is published
 * already. ret_counts: one a dimension and fact. */
NODISCARD ErrCode warehouse_publish(const Ctx *ctx, Warehouse *warehouse, const Str *sources, const Position *positions,
                                    size_t n_sources, TableCounts **ret_counts, size_t *ret_n, Err *err);
void warehouse_abandon(Warehouse *warehouse); /* rolls back; no error when none is open */

/* ---- verbs ---------------------------------------------------------------------------------------------------------- */

/* A project's places and open handles; made by app/. Paths are absolute. */
typedef struct PipelineProject {
    Str name;
    const Model *model;
    const char *folder;    /* projects/NAME */
    const char *oltp_path; /* managed SQLite; made when absent */
    const char *inbox;     /* folder */
    const char *pack;      /* folder of the pack, for samples and its generator's script */
    EngineRegistry *registry;
    EngineDb *warehouse; /* NULL for load */
    Meta *meta;
} PipelineProject;

typedef struct PipelineInput {
    Str input; /* the pack's name of it */
    const char *path;
} PipelineInput;

enum { LOAD_MAX_DELETED_PERCENT = 20 }; /* by default */

/* NULL wherever it is taken: all false, LOAD_MAX_DELETED_PERCENT. */
typedef struct LoadOptions {
    bool is_replace;    /* take a file in however many rows its input loses by it */
    bool is_quarantine; /* rows of files that cannot be read as declared are set aside, instead of the file refused */
    int max_deleted_percent; /* of a table's rows, without is_replace; 100: no limit */
} LoadOptions;

typedef struct LoadCounts {
    Str input;
    Str file;
    Str table;
    int64_t n_read;     /* rows of the file */
    int64_t n_inserted; /* rows of the table that are new */
    int64_t n_updated;
    int64_t n_same;
    int64_t n_wrong; /* rows of the file set aside */
    bool is_known;   /* the file was the input's last one already, and nothing was done */
    bool is_again;   /* it was taken in before, others came after it, and it was taken in once more */
    int64_t duration_us;
} LoadCounts;

/*
 * Takes files in: every one is read and checked in full first (missing columns, values that are not of their type, key rows that
 * contradict each other: ERR_DATA with file, line and column), then all of them go in together or none does. Rows for managed
 * tables are inserted or updated where they differ, in one transaction; files for a files source are copied to the inbox. A file
 * of delivery full by which a table would lose too many rows is ERR_CONFLICT.
 */
NODISCARD ErrCode pipeline_load(const Ctx *ctx, const PipelineProject *project, const PipelineInput *inputs,
                                size_t n_inputs, const LoadOptions *options, LoadCounts **ret_counts, size_t *ret_n,
                                Err *err);

/*
 * Runs the pack's generator and takes in what its script makes for each of its inputs, as pipeline_load takes files in; a run with
 * the same script, scale and seed as an input's last one is known. ERR_UNSUPPORTED: the pack has none; ERR_INVALID with file and
 * line: what is wrong in the script; ERR_DENIED: it reaches outside.
 */
enum { PIPELINE_SCALE_MAX_MILLI = 1000000 };
typedef struct GenerateOptions {
    int64_t scale_milli; /* thousandths: 1000 is scale 1 */
    int64_t seed;        /* 0 to UINT32_MAX */
} GenerateOptions;
NODISCARD ErrCode pipeline_generate(const Ctx *ctx, const PipelineProject *project, const GenerateOptions *options,
                                    LoadCounts **ret_counts, size_t *ret_n, Err *err);

typedef struct SyncReport {
    int64_t run;     /* 0: there was nothing to do, and nothing is logged */
    Str batch;       /* empty: nothing had changed */
    int64_t version; /* of the warehouse now */
    const TableCounts *counts;
    size_t n_counts;
    int64_t n_changes;
    const ModelTexts *texts; /* what became of the texts of gold; NULL: nothing */
    int64_t duration_us;
    const Str *notes; /* what the person should know: a source that had to be read whole, and why */
    size_t n_notes;
} SyncReport;

/*
 * Brings the warehouse in step with every source of the project, as one published batch. is_full: sources are read whole and
 * compared, gold is built anew, and everything is checked, whatever the logs say.
 */
typedef struct SyncOptions {
    bool is_full;
} SyncOptions;
NODISCARD ErrCode pipeline_sync(const Ctx *ctx, const PipelineProject *project, const SyncOptions *options,
                                SyncReport *ret_report, Err *err);

/*
 * Tells cheaply (a few microseconds) whether a project's sources may have moved since it was asked last: for SQLite by `PRAGMA
 * data_version` on a connection of its own, which every commit of another connection changes, our own purge's too; for files by
 * the newest that was taken in. So "moved" may be said for nothing, never the other way round; the first answer is "moved", and a
 * failure counts as that. Keeps project->meta and project->registry until its close, nothing else of the project. One thread at a
 * time.
 */
typedef struct PipelineWatch PipelineWatch;
NODISCARD ErrCode pipeline_watch_open(const Ctx *ctx, const PipelineProject *project, PipelineWatch **ret_watch,
                                      Err *err);
NODISCARD ErrCode pipeline_watch_is_moved(const Ctx *ctx, PipelineWatch *watch, bool *ret_is_moved, Err *err);
void pipeline_watch_close(PipelineWatch *watch); /* NULL allowed */

/* A sync after which every row of sources, silver and gold is compared, all at one position: ERR_DATA naming tables and keys that
 * differ, and then nothing is published. */
NODISCARD ErrCode pipeline_reconcile(const Ctx *ctx, const PipelineProject *project, SyncReport *ret_report, Err *err);

/* Makes silver anew from bronze, or gold from silver and bronze, keeping the key map; published as one batch. */
typedef enum PipelineLayer { PIPELINE_SILVER, PIPELINE_GOLD } PipelineLayer;
NODISCARD ErrCode pipeline_rebuild(const Ctx *ctx, const PipelineProject *project, PipelineLayer layer,
                                   SyncReport *ret_report, Err *err);

/* A row that waits in quarantine. */
typedef struct QuarantinedRow {
    Str table;
    Str source;
    Str rule;      /* "type" */
    Str reason;    /* for the person */
    Str payload;   /* the row as it came, JSON */
    int64_t at_us; /* INT64_MIN: unknown */
} QuarantinedRow;
/* The rows that wait, of one table or (NULL) of all, at most max_rows of *ret_total. */
NODISCARD ErrCode pipeline_quarantine_list(const Ctx *ctx, EngineConn *warehouse, const Model *model,
                                           const ModelTable *only, int64_t max_rows, QuarantinedRow **ret_rows,
                                           size_t *ret_n, int64_t *ret_total, Err *err);

/* Makes or migrates the managed schema of a pack's managed sources in SQLite: WAL, keys, references, checks, `attributes` (JSON)
 * and `tbl_last_dt` with its trigger and index. */
NODISCARD ErrCode pipeline_managed_create(const Ctx *ctx, const PipelineProject *project, Err *err);

/* Attaching an existing SQLite database to a source of the pack: what there is, what would be made, what stands in the way. */
typedef struct AttachTable {
    Str table;
    Str columns;      /* as the database declares them: "id INTEGER, name TEXT" */
    Str key;          /* the unique key that the pack's key rests on: "id" */
    Str problem;      /* why it cannot be captured, and what to do; empty: it can */
    bool is_captured; /* already, and as it should be */
} AttachTable;
typedef struct AttachPlan {
    Str source;
    Str path;
    bool waits; /* its journal mode makes writers wait while it is read */
    AttachTable *tables;
    size_t n_tables;
    size_t n_problems;
    const Str *creates; /* what --apply makes in the database, by name */
    size_t n_creates;
} AttachPlan;
/*
 * Plans, and with is_apply carries out: in one transaction a state table, and for each table a log and triggers; then the project
 * remembers the path. source empty: the only attached one; n_tables 0: all of the source's. Applying with a problem is
 * ERR_CONFLICT naming it, and nothing is changed.
 */
NODISCARD ErrCode pipeline_attach(const Ctx *ctx, const PipelineProject *project, Str source, const char *path,
                                  const Str *tables, size_t n_tables, bool is_apply, AttachPlan *ret_plan, Err *err);
/* Takes away all that was added, however much of it is left, and forgets the path. *ret_n: things removed; -1: the file is gone. */
NODISCARD ErrCode pipeline_detach(const Ctx *ctx, const PipelineProject *project, Str source, Str *ret_path,
                                  int64_t *ret_n, Err *err);

/* Adds what is wrong with attached databases: not there, tables and columns that lack, declared types that do not fit. */
NODISCARD ErrCode pipeline_check_sources(const Ctx *ctx, const PipelineProject *project, ModelFindings *findings,
                                         Err *err);
/* Whether all of the warehouse's gold was built from this model. */
NODISCARD ErrCode pipeline_is_built(const Ctx *ctx, EngineConn *warehouse, const Model *model, bool *ret_is_built,
                                    Err *err);
/* Proves on silver, and adds to *findings all that is not so: keys, dependent attributes, not null, checks, references (errors); joins
 * and dimensions that lack what rows name (warnings). Silver must be that of the model. */
NODISCARD ErrCode pipeline_check_data(const Ctx *ctx, EngineConn *warehouse, const Model *model,
                                      ModelFindings *findings, Err *err);
