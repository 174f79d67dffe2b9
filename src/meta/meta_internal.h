#pragma once
/*
 * For meta/ only: the handle, the migrations, and the few helpers its files share.
 *
 * Every change is one write transaction between meta_begin and meta_end. SQL is written once for SQLite and PostgreSQL: bound
 * values, no identity columns (ids come from meta_next_id), instants and durations as whole microseconds.
 */
#include "meta/meta.h"

struct Meta {
    Arena *arena;
    EngineDb *db;
    EngineConn *conn;
    const char *path;
    int64_t n_runs_keep;
};

/* ---- schema --------------------------------------------------------------------------------------------------------- */

/* One step forward; `run` finds the tables as the step before left them. */
typedef struct MetaMigration {
    int64_t version; /* that the schema has afterwards: 1, 2, … */
    ErrCode (*run)(const Ctx *ctx, EngineConn *conn, Err *err);
} MetaMigration;

extern const MetaMigration META_MIGRATIONS[META_VERSION];

/* 0 for an empty database; ERR_CORRUPT for one that has tables but not ours. */
NODISCARD ErrCode meta_schema_version(const Ctx *ctx, EngineConn *conn, int64_t *ret_version, Err *err);
/* Runs what is missing of the list, each step in a transaction of its own: what a step began is gone when it fails, the steps
 * before it stay. Two processes may do this at once. */
NODISCARD ErrCode meta_schema_migrate(const Ctx *ctx, EngineConn *conn, const MetaMigration *migrations,
                                      size_t n_migrations, Err *err);

/* ---- transactions --------------------------------------------------------------------------------------------------- */

NODISCARD ErrCode meta_begin(const Ctx *ctx, Meta *meta, Err *err);
/* Commits when code is 0, else rolls back and gives it back. */
NODISCARD ErrCode meta_end(const Ctx *ctx, Meta *meta, ErrCode code, Err *err);
/* The next number of a sequence ("file", "run"), never given twice; within a write transaction. */
NODISCARD ErrCode meta_next_id(const Ctx *ctx, Meta *meta, Str sequence, int64_t *ret_id, Err *err);
/* ERR_NOT_FOUND unless there is a project of that name. */
NODISCARD ErrCode meta_project_require(const Ctx *ctx, Meta *meta, Str name, Err *err);

/* ---- reading -------------------------------------------------------------------------------------------------------- */

/* A row under reading: its cells are taken from left to right. */
typedef struct MetaRow {
    Arena *arena;
    const Batch *batch;
    size_t row;
    size_t column;
} MetaRow;

int64_t meta_row_int(MetaRow *row); /* 0 for null */
Str meta_row_text(MetaRow *row);    /* copied; empty for null */

/* Reads a query to its end into an array of `size`-byte structs, zeroed before `read` fills them, and closes it. */
NODISCARD ErrCode meta_rows(const Ctx *ctx, EngineStream *stream, size_t size, void (*read)(MetaRow *row, void *item),
                            void **ret_items, size_t *ret_n, Err *err);
