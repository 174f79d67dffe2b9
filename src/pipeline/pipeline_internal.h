#pragma once
/*
 * For src/pipeline/ only: how its statements are put together, what a source is made of, the reader of files, and the parts of
 * the warehouse.
 */
#include "model/model_relation.h"
#include "pipeline/pipeline.h"
#include "sql/sql_relation.h"

#include <stdio.h>

/* ---- statements: pipeline_sql.c ------------------------------------------------------------------------------------- */

enum { PIPELINE_SQL_MAX_BYTES = 1 << 20 };

/* A statement whose number of parts follows the model (DDL, typed reading), gathered from pieces that the template writer prints:
 * a failure sticks and comes out at the end. At most one piece may have parameters, for each numbers its own from 1. */
typedef struct PipelineSql {
    Arena *arena;
    const SqlDialect *dialect;
    Buf buf;
    const Value *params;
    size_t n_params;
    ErrCode failed;
    Err *err;
} PipelineSql;

void pipeline_sql_init(PipelineSql *sql, Arena *arena, const SqlDialect *dialect, Err *err);
void pipeline_sql_release(PipelineSql *sql);                      /* for CLEANUP */
void pipeline_sql_add(PipelineSql *sql, const char *format, ...); /* as sql_format */
NODISCARD ErrCode pipeline_sql_text(PipelineSql *sql, SqlText *ret_text);
/* `alias.prefixNAME` for each name, comma separated; with as_prefix (may be "") each ` AS as_prefixNAME`. alias may be NULL. */
void pipeline_sql_columns(PipelineSql *sql, const char *alias, const char *prefix, const Str *names, size_t n,
                          const char *as_prefix);
/* `a.a_prefixNAME = b.b_prefixNAME` for each name, joined by AND (or IS NOT DISTINCT FROM). n is not 0. */
void pipeline_sql_same(PipelineSql *sql, const char *a, const char *a_prefix, const char *b, const char *b_prefix,
                       const Str *names, size_t n, bool is_null_safe);
/* Finishes and runs it. */
NODISCARD ErrCode pipeline_sql_exec(const Ctx *ctx, EngineConn *conn, PipelineSql *sql, int64_t *ret_rows);

/* A select under construction. */
typedef struct SelectDraft {
    Arena *arena;
    VEC(SqlItem) items;
    VEC(SqlFrom) from;
    VEC(SqlOrder) order;
    const SqlExpr *where;
    size_t n_group; /* the first n_group items are grouped by; 0: not grouped */
    bool is_distinct;
} SelectDraft;

void pipeline_draft_item(SelectDraft *draft, const SqlExpr *expr, Str alias);
/* The first is SQL_JOIN_NONE with `on` NULL. */
void pipeline_draft_from(SelectDraft *draft, SqlJoin join, const SqlRelation *relation, Str alias, const SqlExpr *on);
void pipeline_draft_from_select(SelectDraft *draft, SqlJoin join, const SqlSelect *select, Str alias,
                                const SqlExpr *on);
void pipeline_draft_where(SelectDraft *draft, const SqlExpr *condition);
void pipeline_draft_order(SelectDraft *draft, const SqlExpr *expr);
const SqlSelect *pipeline_draft_end(SelectDraft *draft); /* the draft stays as it is and may be gone on with */

/* insert into relation (the select's aliases) select …; ret_rows may be NULL. */
NODISCARD ErrCode pipeline_insert(const Ctx *ctx, EngineConn *conn, const SqlRelation *relation,
                                  const SqlSelect *select, int64_t *ret_rows, Err *err);
/* create or replace temporary table as `sql` (ended here); gives its relation. */
NODISCARD ErrCode pipeline_temp_sql(const Ctx *ctx, EngineConn *conn, Str name, PipelineSql *sql,
                                    const SqlRelation **ret_relation);
/* The same of a select. */
NODISCARD ErrCode pipeline_temp_table(const Ctx *ctx, EngineConn *conn, Str name, const SqlSelect *select,
                                      const SqlRelation **ret_relation, Err *err);
NODISCARD ErrCode pipeline_temp_drop(const Ctx *ctx, EngineConn *conn, const SqlRelation *relation, Err *err);
/* Appends a stream's rows to the columns of the same names, reporting progress as `what`. */
NODISCARD ErrCode pipeline_copy_rows(const Ctx *ctx, EngineConn *conn, const SqlRelation *to, EngineStream *rows,
                                     Str what, int64_t *ret_n, Err *err);
/* `rows` read ahead in a thread of its own where they are many; nobody else uses them or their connection meanwhile. A batch is
 * valid until the next call; free before the stream is closed, also before its end. */
typedef struct RowsAhead RowsAhead;
RowsAhead *pipeline_ahead_new(Arena *arena, EngineStream *rows);
NODISCARD ErrCode pipeline_ahead_next(RowsAhead *ahead, const Batch **ret_batch, Err *err);
void pipeline_ahead_free(RowsAhead *ahead);
/* One row of n whole numbers (or dates), as engine_queryf; a null is INT64_MIN. */
NODISCARD ErrCode pipeline_ints(const Ctx *ctx, EngineConn *conn, int64_t *ret_values, size_t n, Err *err,
                                const char *format, ...);
NODISCARD ErrCode pipeline_select_int(const Ctx *ctx, EngineConn *conn, const SqlSelect *select, int64_t *ret_value,
                                      Err *err);
/* A null of a type, a number, a text. */
const SqlExpr *pipeline_null(Arena *arena, Type type);
const SqlExpr *pipeline_int(Arena *arena, int64_t value);
const SqlExpr *pipeline_text(Arena *arena, Str value);
/* expr as `type`: itself when it is that already. */
const SqlExpr *pipeline_as(Arena *arena, const SqlExpr *expr, Type type);
/* a.C = b.C for each column (or null-safe), with `and`. */
const SqlExpr *pipeline_same_columns(Arena *arena, Str a, Str b, const Str *names, const Type *types, size_t n,
                                     bool is_null_safe);
/* a.C is distinct from b.C for some column; NULL when there are none. */
const SqlExpr *pipeline_any_distinct(Arena *arena, Str a, Str b, const Str *names, const Type *types, size_t n);
/* "prefix" "name" -> "prefixname". */
Str pipeline_name(Arena *arena, const char *prefix, Str name);
/* Names and types of a table's columns. */
typedef struct TableColumns {
    Str *names;
    Type *types;
    size_t n;
} TableColumns;
TableColumns pipeline_table_columns(Arena *arena, const ModelTable *table);
/* Which of the model's tables it is. */
size_t pipeline_table_index(const Model *model, const ModelTable *table);

/* ---- sources: pipeline_source*.c ------------------------------------------------------------------------------------ */

/* What a capture mode fills in; see the functions of the same names in pipeline.h. */
typedef struct SourceVtable {
    SourceMode mode;
    ErrCode (*snapshot)(const Ctx *ctx, Source *source, const Position *from, SourceReader **ret_reader,
                        Position *ret_position, bool *ret_is_same, Err *err);
    ErrCode (*reader_open)(const Ctx *ctx, SourceReader *reader, const ModelTable *table, size_t part,
                           EngineStream **ret_rows, Err *err);
    void (*reader_close)(SourceReader *reader);
    ErrCode (*changes)(const Ctx *ctx, Source *source, const Position *from, SourceReader **ret_reader,
                       Position *ret_position, SourceNews *ret_news, Str *ret_why, Err *err); /* NULL: no log */
    ErrCode (*count)(const Ctx *ctx, SourceReader *reader, const ModelTable *table, int64_t *ret_n,
                     Err *err);                                                         /* NULL: cannot tell */
    ErrCode (*ack)(const Ctx *ctx, Source *source, const Position *position, Err *err); /* NULL: nothing to purge */
    void (*close)(Source *source);
} SourceVtable;

/* The heads of each mode's own structs, in the arena of the ctx they were opened with. */
struct Source {
    const SourceVtable *vtable;
    const ModelSource *source;
    const PipelineProject *project;
};

struct SourceReader {
    Source *source;
    const ModelTable **tables;
    size_t n_tables;
    bool is_changes; /* rows are changes, not whole tables */
    int64_t at_us;   /* the moment a snapshot stands for; INT64_MIN: unknown */
};

/* A table's rows come as one whole (n_parts 0, part SIZE_MAX), or as parts to append, each from a file with its hash. */
typedef struct SourcePart {
    size_t part; /* for pipeline_reader_open_part */
    Str hash;
    int64_t at_us; /* when the file was taken in */
} SourcePart;
const SourcePart *pipeline_reader_parts(const Ctx *ctx, const SourceReader *reader, const ModelTable *table,
                                        size_t *ret_n);
NODISCARD ErrCode pipeline_reader_open_part(const Ctx *ctx, SourceReader *reader, const ModelTable *table, size_t part,
                                            EngineStream **ret_rows, Err *err);

/* By its kind. */
NODISCARD ErrCode pipeline_source_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                       Source **ret_source, Err *err);
NODISCARD ErrCode pipeline_source_sqlite_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                              Source **ret_source, Err *err);
NODISCARD ErrCode pipeline_source_files_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                             Source **ret_source, Err *err);
const SourcePart *pipeline_source_files_parts(const Ctx *ctx, const SourceReader *reader, const ModelTable *table,
                                              size_t *ret_n);
extern const SourceVtable PIPELINE_SOURCE_FILES;

/* ---- the managed database: pipeline_managed*.c ---------------------------------------------------------------------- */

/* Our own tables in it. */
#define MANAGED_STATE "_starling_state"   /* name, value: 'epoch', 'version' */
#define MANAGED_SCHEMA "_starling_schema" /* table_name, part ('' or a column), definition: what was made */
#define MANAGED_STAMP "tbl_last_dt"
#define MANAGED_ATTRIBUTES "attributes"
enum { MANAGED_VERSION = 2 }; /* 2: the log of changes */

/* Opens the managed database, made when absent, with its schema in step with the model. */
NODISCARD ErrCode pipeline_managed_open(const Ctx *ctx, const PipelineProject *project, EngineDb **ret_db,
                                        EngineConn **ret_conn, Err *err);
/* Definitions as SQL text: of a column, and of the key and references; pipeline_managed_ddl.c. */
NODISCARD ErrCode pipeline_managed_column(Arena *arena, const ModelTable *table, const ModelColumn *column,
                                          Str *ret_text, Err *err);
NODISCARD ErrCode pipeline_managed_constraints(Arena *arena, const ModelTable *table, Str *ret_text, Err *err);
NODISCARD ErrCode pipeline_managed_make_table(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err);
/* Its indexes but the key's: filling an empty table goes faster without them. */
NODISCARD ErrCode pipeline_managed_make_indexes(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err);
NODISCARD ErrCode pipeline_managed_drop_indexes(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err);
NODISCARD ErrCode pipeline_managed_make_triggers(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Err *err);

/* ---- the log of changes in SQLite: pipeline_log*.c ------------------------------------------------------------------- */

#define LOG_PREFIX "_starling_"
#define LOG_TABLE LOG_PREFIX "log_" /* before the captured table's name */
#define LOG_BEFORE "b_"             /* before a column's name */
#define LOG_AFTER "a_"

/* A unique key as SQLite has it: rows with equal values push each other out. */
typedef struct LogKeyColumn {
    Str name;
    Str collation; /* empty: a number */
    Str fallback;  /* what REPLACE puts in the place of a null, as SQL; may be empty */
} LogKeyColumn;
typedef struct LogKey {
    Str index; /* its name; empty: the rowid */
    const LogKeyColumn *columns;
    size_t n;
    bool is_primary; /* of the table's declaration; not the rowid */
    Str where;       /* a partial index's condition, as SQL */
} LogKey;
/* A captured table as the database has it. */
typedef struct LogShape {
    const ModelTable *table;
    Str log;   /* the name of its log */
    Str rowid; /* what the rowid is called; empty: it has none, or no name is left for it */
    const LogKey *keys;
    size_t n_keys;
    bool refers_to_itself; /* and carries a changed key to its own rows */
} LogShape;
/* ERR_UNSUPPORTED for unique keys that triggers cannot look up; pipeline_log_shape.c. */
NODISCARD ErrCode pipeline_log_shape(const Ctx *ctx, EngineConn *conn, const ModelTable *table, LogShape *ret_shape,
                                     Err *err);
/* What stands after WHERE in the text of an index. */
Str pipeline_log_condition(Str sql);

/* Makes the log and triggers of a table, or brings them to its shape, within the caller's transaction; needs MANAGED_STATE. Where
 * changes may have been missed the log begins anew: no position read before goes on. pipeline_log_trigger.c. */
NODISCARD ErrCode pipeline_log_bring(const Ctx *ctx, EngineConn *conn, const LogShape *shape, Err *err);
/* Whether pipeline_log_bring would find nothing to do to the triggers. */
NODISCARD ErrCode pipeline_log_is_whole(const Ctx *ctx, EngineConn *conn, const LogShape *shape, bool *ret_is_whole,
                                        Err *err);
/* Nothing is logged until the next pipeline_log_bring, which then begins the log anew: for filling an empty table. */
NODISCARD ErrCode pipeline_log_pause(const Ctx *ctx, EngineConn *conn, const LogShape *shape, Err *err);
/* Takes log and triggers away; no error where there are none. */
NODISCARD ErrCode pipeline_log_drop(const Ctx *ctx, EngineConn *conn, Str table, Err *err);

/* How far one table's log has been read. */
typedef struct LogPlace {
    Str table;
    int64_t seq;      /* the last row read */
    int64_t at_us;    /* its time: another one at the same number is another history */
    int64_t floor_us; /* no later change is dated before this */
} LogPlace;
typedef struct LogPlaces {
    VEC(LogPlace) at;
} LogPlaces;
/* "TABLE=SEQ@AT+FLOOR;…"; false: the token was not written so. */
bool pipeline_log_parse(Arena *arena, Str token, LogPlaces *ret_places);
/* Two tokens of the same rows of the same logs. */
bool pipeline_log_same(Arena *arena, Str a, Str b);
NODISCARD ErrCode pipeline_log_token(Arena *arena, const LogPlaces *places, Str *ret_token, Err *err);
const LogPlace *pipeline_log_find(const LogPlaces *places, Str table); /* NULL: none */
NODISCARD ErrCode pipeline_log_exists(const Ctx *ctx, EngineConn *conn, Str log, bool *ret_exists, Err *err);
/* The newest row of a table's log, which exists; the floor is that of every row after `from_seq`, at least floor_us. */
NODISCARD ErrCode pipeline_log_newest(const Ctx *ctx, EngineConn *conn, const ModelTable *table, int64_t from_seq,
                                      int64_t floor_us, LogPlace *ret_place, Err *err);
/* Whether the log goes on from a place; else *ret_why says why it does not. */
NODISCARD ErrCode pipeline_log_goes_on(const Ctx *ctx, EngineConn *conn, const LogPlace *from, bool *ret_goes_on,
                                       Str *ret_why, Err *err);
/* The changes after a place, as source_reader_open gives them. */
NODISCARD ErrCode pipeline_log_changes(const Ctx *ctx, EngineConn *conn, const ModelTable *table, const LogPlace *from,
                                       EngineStream **ret_rows, Err *err);
/* Deletes what lies before a place, a chunk a transaction. Another writer is not waited for long: then it is left for next time. */
NODISCARD ErrCode pipeline_log_purge(const Ctx *ctx, EngineConn *conn, const LogPlace *to, Err *err);

/* ---- attached databases: pipeline_attach*.c, pipeline_log_foreign.c --------------------------------------------------- */

/* Opens the database a source is attached to, and proves that its captured tables are as they were then. */
NODISCARD ErrCode pipeline_attached_open(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                         EngineDb **ret_db, EngineConn **ret_conn, const ModelTable ***ret_tables,
                                         size_t *ret_n, Err *err);
/* The same without that proof. ERR_CONFLICT: it is attached to none yet. */
NODISCARD ErrCode pipeline_attached_look(const Ctx *ctx, const PipelineProject *project, const ModelSource *source,
                                         bool is_read_only, MetaAttached *ret_attached, EngineDb **ret_db,
                                         EngineConn **ret_conn, const ModelTable ***ret_tables, size_t *ret_n,
                                         Err *err);
/* A column's type as the database's own text has it; empty: none is declared. */
NODISCARD ErrCode pipeline_attach_declared(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str column,
                                           Str *ret_type, Err *err);
/* What capture has to say against a table of another application's database; empty: nothing. */
NODISCARD ErrCode pipeline_attach_problem(const Ctx *ctx, EngineConn *conn, const ModelTable *table, Str *ret_problem,
                                          Err *err);
/* The unique key of the database that makes the pack's key unique; NULL: none. */
const LogKey *pipeline_attach_key(const LogShape *shape);
/* Whole tables, and changes, of a database whose values may not fit the model; see CHANGE_WRONG. */
NODISCARD ErrCode pipeline_foreign_rows(const Ctx *ctx, EngineConn *conn, const ModelTable *table,
                                        EngineStream **ret_rows, Err *err);
NODISCARD ErrCode pipeline_foreign_changes(const Ctx *ctx, EngineConn *conn, const ModelTable *table,
                                           const LogPlace *from, EngineStream **ret_rows, Err *err);
/* Parts of the stream of changes: "t.K = l.image_K AND … ", and l.latest as text. */
void pipeline_log_same_row(PipelineSql *sql, const ModelTable *table, const char *image, bool is_whole);
#define LOG_LATEST_AS_TEXT \
    "strftime('%%Y-%%m-%%d %%H:%%M:%%S', l.latest / 1000000, 'unixepoch') || printf('.%%06d', l.latest %% 1000000)"

/* ---- the reader of files: pipeline_read*.c -------------------------------------------------------------------------- */

enum { READ_EXAMPLES = 5 };
/* Where a row of a ReadTable stands: file * READ_PLACE_FILE + row (from 0). */
#define READ_PLACE_FILE INT64_C(1000000000000)
#define READ_PLACE "_place"

typedef struct Generated Generated;

typedef struct ReadFile {
    const ModelInput *input;
    const char *path;           /* absolute; NULL: it is… */
    const Generated *generated; /* …a table that a script makes (all files of a reader, then) */
    Str name;                   /* as the person named it */
    bool is_quarantine;         /* its rows that cannot be read as declared are set aside */
    bool is_before; /* what its input held before: to compare with, and read only when asked for (READ_BEFORE) */
    SqlFileFormat format;
    bool is_gzip;
    char delimiter;
    const SqlRelation *rows; /* its rows as text columns; NULL: not read */
    const Str *headers;      /* as in the file */
    const Str *columns;      /* in lower snake case */
    size_t n_columns;
    int64_t n_rows;
} ReadFile;

typedef struct Reader {
    const Model *model;
    EngineDb *db; /* in memory; sees the named files only */
    EngineConn *conn;
    ReadFile *files;
    size_t n_files;
} Reader;

/* Which files' rows: an index, or */
#define READ_ALL SIZE_MAX          /* all but those of before */
#define READ_BEFORE (SIZE_MAX - 1) /* those of before */

/* A table's rows as its mappings make them: its columns, typed, and READ_PLACE of the first row that gave them. */
typedef struct ReadTable {
    const ModelTable *table;
    const SqlRelation *rows;
    int64_t n_rows;
    const SqlRelation
        *wrong;       /* rows set aside: columns (null where unreadable), READ_PLACE, CHANGE_WRONG, CHANGE_PAYLOAD;
                                 NULL: none of the files is taken in so */
    int64_t *n_wrong; /* of each of the reader's files; NULL as above */
} ReadTable;

/* Columns of rows that are set aside: what is wrong, in words (null: nothing); the row of the file as a JSON object. */

/* Reads every file (input, path, name and flags given in `files`) into memory as text: ERR_DATA for what is no well-formed table.
 * Those of before stay unread until pipeline_read_file. */
NODISCARD ErrCode pipeline_reader_open(const Ctx *ctx, const PipelineProject *project, ReadFile *files, size_t n_files,
                                       Reader **ret_reader, Err *err);
void pipeline_reader_close(Reader *reader); /* NULL allowed */
/* Kind, delimiter and names of a file's columns; pipeline_read_file.c. */
NODISCARD ErrCode pipeline_read_sniff(ReadFile *file, Err *err);
NODISCARD ErrCode pipeline_read_file(const Ctx *ctx, Reader *reader, size_t index, Err *err);
/* The rows of a table of the reader's instance, or of a file it may read, as text, for a file whose place is told by nothing else. */
NODISCARD ErrCode pipeline_read_relation(const Ctx *ctx, Reader *reader, size_t index, const SqlRelation *relation,
                                         Err *err);
/* The rows that the mappings make of file `only` (or READ_ALL, READ_BEFORE), checked: wrong values, empty cells where none may be,
 * rows against a check, key rows that contradict each other. Of a file with quarantine the rows of the first three kinds are set
 * aside; one of before is not checked otherwise. Rows of a keyed table stand once. */
NODISCARD ErrCode pipeline_read_table(const Ctx *ctx, Reader *reader, const ModelTable *table, size_t only,
                                      ReadTable *ret_table, Err *err);
/* A table's rows as a stream of its columns, in the order of its file or of its key; `stamp` (may be NULL) as one more column. Where
 * rows may be set aside, these follow the others in file order, and all have CHANGE_WRONG and CHANGE_PAYLOAD as their last columns. */
typedef enum ReadOrder { READ_IN_FILE_ORDER, READ_IN_KEY_ORDER } ReadOrder;
NODISCARD ErrCode pipeline_read_stream(const Ctx *ctx, Reader *reader, const ReadTable *rows, ReadOrder order,
                                       const SqlItem *stamp, EngineStream **ret_rows, Err *err);
/* Wrong values and empty cells. */
NODISCARD ErrCode pipeline_read_check_mapping(const Ctx *ctx, Reader *reader, const ModelMapping *mapping, size_t file,
                                              Err *err);
/* Puts the rows that have such into `aside` (pipeline_aside_make) instead. */
NODISCARD ErrCode pipeline_read_set_aside(const Ctx *ctx, Reader *reader, const ModelMapping *mapping, size_t file,
                                          const SqlRelation *aside, Err *err);
/* What else a message about such a row says to do: "" where rows of the table cannot be set aside. */
Str pipeline_read_aside_hint(const Ctx *ctx, const Reader *reader, const ModelTable *table);
NODISCARD ErrCode pipeline_read_check_keys(const Ctx *ctx, Reader *reader, const ReadTable *rows, Err *err);
NODISCARD ErrCode pipeline_read_check_rows(const Ctx *ctx, Reader *reader, const ReadTable *rows, Err *err);
/* The values a mapping gives over one file, untyped, with READ_PLACE; where ret_exprs is not NULL also one SqlExpr a column. */
NODISCARD ErrCode pipeline_read_values(const Ctx *ctx, Reader *reader, const ModelMapping *mapping, size_t file,
                                       const SqlSelect **ret_select, const SqlExpr *const **ret_exprs, Err *err);
/* "column" of alias v, read as a type: writes the conversion, or the test that finds values it would not keep. */
void pipeline_read_convert(PipelineSql *sql, Str column, Type from, Type to, Str time_zone);
bool pipeline_read_misread(PipelineSql *sql, Str column, Type from, Type to); /* false: there can be none */
/* The test that finds texts with more decimals than the type keeps, among those it can read. */
bool pipeline_read_rounded(PipelineSql *sql, Str column, Type from, Type to);
bool pipeline_read_is_mapped(const Reader *reader, const ModelMapping *mapping, size_t file);
/* "line 17", or "row 16" where lines are not known; with its file, "orders.csv, line 17", where the message stands at another. */
Str pipeline_read_place(const Ctx *ctx, const Reader *reader, int64_t place, bool has_file);
/* What a message says of the row that it stands at: nothing where the error has its line, else " (row 16)". */
Str pipeline_read_row_text(const Ctx *ctx, const Reader *reader, int64_t place);
void pipeline_read_error_at(const Reader *reader, int64_t place, Err *err);
/* The first file that has it, as the person knows it: "Order ID". */
Str pipeline_read_header(const ReadFile *file, Str column);
/* The physical line of data row `row` (from 0) of a CSV; 0 when it cannot be told. */
int64_t pipeline_read_line(const ReadFile *file, int64_t row);
/* The same of many rows, asked for in rising order, in one walk through the file. */
typedef struct ReadLines {
    FILE *stream; /* NULL: lines cannot be told */
    int64_t line; /* that begins at the stream's place */
    int64_t row;  /* that was walked over last; the header is -1 */
    int64_t at;   /* its line */
    bool has_blank_rows;
} ReadLines;
void pipeline_lines_open(ReadLines *lines, const ReadFile *file);
int64_t pipeline_lines_at(ReadLines *lines, int64_t row);
void pipeline_lines_close(ReadLines *lines);

/* Rows set aside (pipeline_read_aside.c): first with the number of the mapping that could not read them, then, once all of a table
 * are there, as ReadTable.wrong. */
#define READ_MAPPING "_mapping"
#define READ_REASON "_reason"
NODISCARD ErrCode pipeline_aside_make(const Ctx *ctx, Reader *reader, const ModelTable *table, size_t only,
                                      const SqlRelation **ret_aside, Err *err);
/* Moves the rows of files with quarantine that break a check of their table. */
NODISCARD ErrCode pipeline_aside_checks(const Ctx *ctx, Reader *reader, const ReadTable *rows, const SqlRelation *aside,
                                        Err *err);
NODISCARD ErrCode pipeline_aside_finish(const Ctx *ctx, Reader *reader, const SqlRelation *aside, ReadTable *rows,
                                        Err *err);
NODISCARD ErrCode pipeline_aside_stream(const Ctx *ctx, Reader *reader, const ReadTable *rows, EngineStream **ret_rows,
                                        Err *err);

/* ---- the generator: pipeline_generate.c, pipeline_script.c ---------------------------------------------------------- */

enum { PIPELINE_SCRIPT_MAX_BYTES = 1 << 20 };

/* A run of a pack's script. */
struct Generated {
    Str name; /* of the script */
    Str text;
    int64_t scale_milli;
    int64_t seed;
    Str hash; /* of all that its rows follow from */
};

/* Runs the script in the reader's instance and makes the tables of its files. */
NODISCARD ErrCode pipeline_generate_read(const Ctx *ctx, Reader *reader, Err *err);
/* Writes one of them as CSV, all or nothing. */
NODISCARD ErrCode pipeline_generate_store(const Ctx *ctx, const Reader *reader, size_t index, const char *path,
                                          Err *err);

/* A script's statements, one after the other, without what stands between them. */
typedef struct Script {
    Str text;
    size_t at;
    int64_t next_line;
    int64_t line; /* where the statement begins, from 1 */
} Script;
Script pipeline_script(Str text);
bool pipeline_script_next(Script *script, Str *ret_statement); /* false: there are no more; borrows from the text */

/* ---- the warehouse: pipeline_warehouse*.c --------------------------------------------------------------------------- */

enum { WAREHOUSE_VERSION = 1 };

/* What the open batch has changed in a table: temporary tables, until it ends. */
typedef struct TableChange {
    bool is_changed;
    bool is_first;              /* silver was empty and took the rows as they came: the other two are NULL */
    const SqlRelation *records; /* as bronze: _seq _op _at key_K… before_C… after_C… */
    const SqlRelation
        *keys; /* _k_K…, _seq, _old_seq (silver's before; null: none), _is_in: one row a key (several where the
                                   table was applied to several times) */
} TableChange;

struct Warehouse {
    Arena *arena;
    const Model *model;
    EngineConn *conn;
    /* of the open batch */
    bool is_open;
    bool is_published; /* its id was published before: everything is a no-op */
    Str batch;
    int64_t seq; /* last one given out */
    int64_t n_changes;
    TableChange *changes; /* by index of the model's tables */
    bool is_whole;        /* gold is to be built anew */
    bool is_verifying;    /* gold is to be compared, row by row, with what it would be if it were built anew */
    const SqlRelation *
        *moved; /* by index of dimensions: natural keys of members whose versions came, went or have other bounds */
    ModelTexts *texts; /* tables of gold in which attributes came, went or have other values */
};

/* ---- what becomes of the texts of gold: pipeline_warehouse_texts.c --------------------------------------------------- */

#define WAS_ "_was_"
/* Whether texts of such attributes are accounted for. */
bool pipeline_texts_has(Type type);
/* Anything may have become of the table's. */
void pipeline_texts_whole(Warehouse *warehouse, const SqlRelation *gold);
/* `, o.NAME AS _was_NAME` for each. */
void pipeline_texts_before(PipelineSql *sql, const Str *columns, size_t n);
/* The table's rows become others: `delta` has what was before (_was_NAME, where _was_there) and what is now (NAME, where _is_there). */
NODISCARD ErrCode pipeline_texts_note(const Ctx *ctx, Warehouse *warehouse, const SqlRelation *gold,
                                      const SqlRelation *delta, const Str *columns, size_t n, Err *err);
/* Into _starling.built, after the batch's row. */
NODISCARD ErrCode pipeline_texts_mark(const Ctx *ctx, Warehouse *warehouse, Err *err);

/* A table of the warehouse and its columns. Those of gold can be made anew at any time. */
typedef struct LayoutTable {
    Str schema;
    Str name;
    VEC(EngineColumn) columns;
} LayoutTable;

typedef struct Layout {
    VEC(LayoutTable) tables;
} Layout;

void pipeline_layout_make(Arena *arena, const Model *model, Layout *ret_layout);
/* Brings the schema to the layout: pipeline_warehouse_schema.c. */
NODISCARD ErrCode pipeline_warehouse_migrate(const Ctx *ctx, EngineConn *conn, const Model *model, Err *err);

/* The columns that identify a row in silver: the declared key, or row hash and count. */
typedef struct SilverKey {
    const Str *names;
    const Type *types;
    size_t n;
} SilverKey;
SilverKey pipeline_silver_key(Arena *arena, const ModelTable *table);
const SqlRelation *pipeline_bronze(Arena *arena, const ModelTable *table);
const SqlRelation *pipeline_silver(Arena *arena, const ModelTable *table);
const SqlRelation *pipeline_key_map(Arena *arena, const ModelDimension *dimension);

/* ---- paths: pipeline_warehouse_path.c */

/* Where a path's rows come from, if not whole from silver. */
#define PATH_MOMENT "_moment"
typedef struct PathFrom {
    const SqlRelation *const *tables; /* instead of silver's: the first table's, then one a join */
    const SqlExpr *first_on;          /* joins the first table to what is in the draft already */
    bool has_moment;       /* the draft has an entry PATH_MOMENT with _t; rows of `tables` hold from _from to _to */
    const bool *is_needed; /* the joins to make; NULL: all */
} PathFrom;
/* Adds a path's tables to a draft under the aliases of model_path_scope. `from` may be NULL. */
NODISCARD ErrCode pipeline_draft_path(SelectDraft *draft, const ModelPath *path, const ExprScope *scope,
                                      const PathFrom *from, Err *err);
/* Only those of them that some expressions need. */
NODISCARD ErrCode pipeline_draft_path_for(SelectDraft *draft, const ModelPath *path, const ExprScope *scope,
                                          const SqlRelation *const *tables, const SqlExpr *const *exprs, size_t n_exprs,
                                          Err *err);
/* What a join compares with its table's key, of that key's types. */
NODISCARD ErrCode pipeline_path_values(const ModelJoin *join, const ExprScope *scope, const SqlExpr ***ret_values,
                                       Err *err);
/* Keys of a joined table (_k_K…) that rows of the tables before it name: a temporary table. */
NODISCARD ErrCode pipeline_path_join_keys(const Ctx *ctx, EngineConn *conn, const ModelPath *path,
                                          const SqlRelation *const *tables, size_t join_index,
                                          const SqlRelation **ret_keys, Err *err);
/* A temporary table of the rows whose columns `names` stand in the columns PREFIXname of `keys`. */
NODISCARD ErrCode pipeline_narrow(const Ctx *ctx, EngineConn *conn, const SqlRelation *relation,
                                  const SqlRelation *keys, const char *prefix, const Str *names, size_t n, Str name,
                                  const SqlRelation **ret_rows, Err *err);
/* For PathFrom.tables: of silver only what the rows with the grain in `grain_rows` reach. An engine that joins few rows with many
 * may otherwise read and hash the many. */
NODISCARD ErrCode pipeline_path_narrow(const Ctx *ctx, EngineConn *conn, const ModelPath *path,
                                       const SqlRelation *grain_rows, const SqlRelation *const **ret_tables, Err *err);
/* The condition of a join. */
NODISCARD ErrCode pipeline_path_on(const ModelJoin *join, const ExprScope *scope, const SqlExpr **ret_on, Err *err);
bool pipeline_path_is_local(Arena *arena, const ModelPath *path, const Expr *expr); /* over the first table alone */
const TableChange *pipeline_change_of(const Warehouse *warehouse, const ModelTable *table);
bool pipeline_path_is_changed(const Warehouse *warehouse, const ModelPath *path);
bool pipeline_path_is_first(const Warehouse *warehouse, const ModelPath *path); /* a table of it has just been filled */

/* The columns of silver that tell the rows of a path's first table apart in gold: the declared key, or _seq. */
SilverKey pipeline_grain(Arena *arena, const ModelTable *table);
/* Gathers the grain of the rows of a path that the batch touches. */
typedef struct Touch {
    const Ctx *ctx;
    Warehouse *warehouse;
    const ModelPath *path;
    ExprScope scope;
    SilverKey grain;
    const SqlRelation *rows; /* temporary: the grain's columns; each once after pipeline_touch_end */
} Touch;
NODISCARD ErrCode pipeline_touch_new(const Ctx *ctx, Warehouse *warehouse, const ModelPath *path, Touch *ret_touch,
                                     Err *err);
/* Rows that a change in a table of the path reaches. */
NODISCARD ErrCode pipeline_touch_path(Touch *touch, Err *err);
/* Rows for which expressions over the path have values that stand in the columns of `values`. */
NODISCARD ErrCode pipeline_touch_matching(Touch *touch, const SqlRelation *values, const Str *columns,
                                          const SqlExpr *const *exprs, size_t n, Err *err);
NODISCARD ErrCode pipeline_touch_end(Touch *touch, int64_t *ret_n, Err *err);

/* A name for a temporary table of the batch's part that is being applied to a table. */
Str pipeline_batch_name(const Warehouse *warehouse, const ModelTable *table, const char *what);
/* Carries out a table's numbered records (temporary: _seq _op _at key_K… before_C… after_C…, any number a key) on bronze and silver
 * and notes them as the batch's. ERR_DATA naming keys where silver does not have what they change: pipeline_warehouse_apply.c. */
NODISCARD ErrCode pipeline_apply_records(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                         const SqlRelation *records, TableCounts *counts, Err *err);
/* Key columns of temporary tables that have a table's own columns too. */
#define KEY_ "_k_"
/* "before_" or "after_" where a record has the key among its columns, "key_" where rows are told apart otherwise. */
const char *pipeline_key_prefix(const ModelTable *table, bool is_after);
/* Writes a select of what records do to keys, an event a row, a record that moves a row to another key being two: _k_K…, _seq, _at,
 * _kind ('in': came, 'same': changed, 'out': went), C… (null for 'out'). Only of the keys in `keys` (_k_K…) where that is not NULL. */
void pipeline_sql_events(PipelineSql *sql, const ModelTable *table, const SqlRelation *records,
                         const SqlRelation *keys);
/* A list of keys for messages: "id=7; id=9 and 12 more", from rows with the columns PREFIXname. */
NODISCARD ErrCode pipeline_key_examples(const Ctx *ctx, EngineConn *conn, const SqlRelation *rows, const char *prefix,
                                        const Str *names, size_t n_names, Str *ret_text, Err *err);

/* How what is staged in `stage` (temporary, counts->n_read rows) differs from silver: bronze records and silver rows. file_hash
 * NULL: it is the table's whole content, so absent rows are deleted; else rows of that file to append. */
NODISCARD ErrCode pipeline_diff_apply(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                      int64_t at_us, const SqlRelation *stage, const Str *file_hash,
                                      TableCounts *counts, Err *err);

/* Notes that a table's first n rows are in silver and bronze. */
void pipeline_note_first(Warehouse *warehouse, const ModelTable *table, int64_t n);
/* A stream's rows into a keyed table of which bronze has no record yet: they were always so. */
NODISCARD ErrCode pipeline_first_load(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                      EngineStream *rows, TableCounts *counts, Err *err);
NODISCARD ErrCode pipeline_is_new(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, bool *ret_is_new,
                                  Err *err);

/* Brings what the batch has changed into gold, appending a TableCounts for each part that was touched. */
typedef VEC(TableCounts) TableCountsVec;
NODISCARD ErrCode pipeline_gold_refresh(const Ctx *ctx, Warehouse *warehouse, TableCountsVec *counts, Err *err);
/* is_whole: all members or rows; else those that the batch touches. */
NODISCARD ErrCode pipeline_gold_dimension_refresh(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                                                  bool is_whole, TableCounts *counts, Err *err);
NODISCARD ErrCode pipeline_gold_fact_refresh(const Ctx *ctx, Warehouse *warehouse, const ModelFact *fact, bool is_whole,
                                             TableCounts *counts, Err *err);
/* Compares without writing: ERR_DATA naming the part and members or rows that are not as they would be built anew. */
NODISCARD ErrCode pipeline_gold_verify(const Ctx *ctx, Warehouse *warehouse, TableCountsVec *counts, Err *err);
NODISCARD ErrCode pipeline_gold_fact_verify(const Ctx *ctx, Warehouse *warehouse, const ModelFact *fact,
                                            TableCounts *counts, Err *err);
/* Silver's rows of a table are those of `stage` (its columns), no more and no less: ERR_DATA naming keys. */
NODISCARD ErrCode pipeline_silver_verify(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table,
                                         const SqlRelation *stage, Err *err);
/* The same, of rows that come in one stream or several, one call each. */
NODISCARD ErrCode pipeline_silver_verify_rows(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table,
                                              EngineStream *rows, bool is_first, bool is_last, TableCounts *counts,
                                              Err *err);
/* Makes a table of silver anew from bronze. */
NODISCARD ErrCode pipeline_silver_rebuild(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table,
                                          TableCounts *counts, Err *err);
NODISCARD ErrCode pipeline_gold_date_refresh(const Ctx *ctx, Warehouse *warehouse, TableCounts *counts, Err *err);
/* Natural key of a dimension: names and types of its attributes. */
SilverKey pipeline_natural_key(Arena *arena, const ModelDimension *dimension);
/* Gives new versions of a dimension's members (natural key…, _from) their keys: pipeline_warehouse_keys.c. */
NODISCARD ErrCode pipeline_keys_extend(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                                       const SqlRelation *versions, int64_t *ret_n_new, Err *err);
/*
 * The versions of members as bronze tells them (docs/decisions/0007): attributes…, _from, _to (null: since ever, still), _is_current;
 * of the members in `scope` (natural key…; only where the key is local to the path's first table), or of all (NULL), deleted ones
 * included: pipeline_warehouse_history.c.
 */
NODISCARD ErrCode pipeline_history_versions(const Ctx *ctx, Warehouse *warehouse, const ModelDimension *dimension,
                                            const SqlRelation *scope, const SqlRelation **ret_versions, Err *err);

/* ---- proving the model on silver: pipeline_check*.c ------------------------------------------------------------------ */

typedef struct DataCheck {
    const Ctx *ctx;
    EngineConn *conn; /* of the warehouse */
    ModelFindings *findings;
} DataCheck;
/* Adds an error or a warning; the message is the arena's. */
void pipeline_check_add(const DataCheck *check, bool is_error, ModelPlace place, Str message);
/* Columns that are not null, and checks. */
NODISCARD ErrCode pipeline_check_rows(const DataCheck *check, const ModelTable *table, Err *err);
NODISCARD ErrCode pipeline_check_references(const DataCheck *check, const ModelTable *table, Err *err);
/* Joins of a dimension's or fact's path. */
NODISCARD ErrCode pipeline_check_joins(const DataCheck *check, const char *kind, Str owner, const ModelPath *path,
                                       Err *err);
/* Whether the keys that a fact names are among `members`, whose columns are the dimension's attributes. */
NODISCARD ErrCode pipeline_check_role(const DataCheck *check, const ModelFact *fact, const ModelRole *role,
                                      const SqlRelation *members, Err *err);

/* ---- quarantine: pipeline_warehouse_quarantine.c -------------------------------------------------------------------- */

bool pipeline_stream_marks_wrong(const EngineStream *rows);
/* Takes the marked rows out of a stage (its columns and the two); is_whole: they are all that waits of this source. */
NODISCARD ErrCode pipeline_quarantine_rows(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                           int64_t at_us, const SqlRelation *stage, bool is_whole, int64_t *ret_n,
                                           Err *err);
/* The same of staged changes: keys that are good or gone wait no more; CHANGE_QUARANTINE is taken out. */
NODISCARD ErrCode pipeline_quarantine_changes(const Ctx *ctx, Warehouse *warehouse, const ModelTable *table, Str source,
                                              const SqlRelation *stage, int64_t *ret_n, Err *err);
NODISCARD ErrCode pipeline_quarantine_count(const Ctx *ctx, EngineConn *conn, const ModelTable *table, int64_t *ret_n,
                                            Err *err);

/* ---- runs: pipeline_run.c ------------------------------------------------------------------------------------------- */

/* One verb on the warehouse, from its row in the log of runs to its end. */
typedef struct PipelineRun {
    const Ctx *ctx;
    const PipelineProject *project;
    Str kind; /* "sync", "rebuild", … */
    Warehouse *warehouse;
    Str batch;  /* id of the batch to publish */
    int64_t id; /* in the log; 0: not written down yet */
    TableCountsVec counts;
    VEC(Str) notes;
} PipelineRun;

/*
 * Opens the warehouse, settles what a killed process left, and calls `work`, which calls pipeline_run_begin when it knows that there is
 * something to do, and publishes. A failure is written down, with what was begun rolled back; steps and end are written otherwise.
 */
NODISCARD ErrCode pipeline_run(const Ctx *ctx, const PipelineProject *project, Str kind,
                               ErrCode (*work)(PipelineRun *run, void *arg, Err *err), void *arg,
                               SyncReport *ret_report, Err *err);
NODISCARD ErrCode pipeline_run_begin(PipelineRun *run, Err *err);
void pipeline_run_note(PipelineRun *run, Str note);

/* ---- loading: pipeline_load*.c -------------------------------------------------------------------------------------- */

/* pipeline_load of what a generator's script makes for each of its inputs, as one file with its hash. */
NODISCARD ErrCode pipeline_load_generated(const Ctx *ctx, const PipelineProject *project, const Generated *generated,
                                          LoadCounts **ret_counts, size_t *ret_n, Err *err);
/* Inserts the rows that are new and updates those that differ in what the mappings fill, within the caller's transaction on the
 * managed database. Other columns and equal rows are not touched. */
NODISCARD ErrCode pipeline_load_rows(const Ctx *ctx, EngineConn *conn, Reader *reader, const ReadTable *rows,
                                     LoadCounts *counts, Err *err);
/* Every reference of the rows leads to a row, after all tables are loaded: ERR_DATA with examples. */
NODISCARD ErrCode pipeline_load_check_references(const Ctx *ctx, EngineConn *conn, Reader *reader,
                                                 const ReadTable *rows, const ReadTable *all, size_t n_all, Err *err);
/* ERR_CONFLICT when more than max_percent of the rows that the files of before give a table are not in `rows`. */
NODISCARD ErrCode pipeline_load_guard(const Ctx *ctx, Reader *reader, const ReadTable *rows, int max_percent, Err *err);
/* Whether a mapping of the reader's files fills a column. */
bool pipeline_load_is_filled(const Reader *reader, const ModelTable *table, size_t column);
