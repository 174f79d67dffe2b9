#pragma once
/*
 * profile/: what a table's data proves, in one statement a table: counts, nulls, distinct values and extremes of columns, whether
 * keys are unique, and whether attributes depend functionally on a key (X -> a holds exactly when the distinct X and the distinct
 * (X, a) are equally many, null being a value of a). Violators are fetched only for what failed. Results in ctx->arena.
 */
#include "engine/engine.h"

typedef struct ProfileKey {
    const Str *columns;
    size_t n_columns;
} ProfileKey;

typedef struct ProfileDependency {
    const Str *columns; /* the determinant */
    size_t n_columns;
    Str dependent;
} ProfileDependency;

typedef struct ProfileColumn {
    Str name;
    int64_t n_nulls;
    int64_t n_distinct; /* values that are not null; exact */
    Value min; /* null where there is none, and for columns of bytes; text where the type has no equal of ours */
    Value max;
} ProfileColumn;

typedef struct ProfileViolation {
    bool holds;
    int64_t n_violators; /* key values that stand more than once, or have several dependents */
    const Str *examples; /* at most 5, the worst first: "id=17850: 'A', 'B'", "id=17850: 3 rows" */
    size_t n_examples;
} ProfileViolation;

typedef struct Profile {
    int64_t n_rows;
    const ProfileColumn *columns;
    size_t n_columns;
    const ProfileViolation *keys;         /* as asked */
    const ProfileViolation *dependencies; /* as asked */
} Profile;

/* Rows in which a determinant column is null are not looked at for that key or dependency. For one view of the data begin a read
 * transaction around it. ERR_UNKNOWN_NAME, ERR_INVALID for a key without columns. */
NODISCARD ErrCode profile_table(const Ctx *ctx, EngineConn *conn, const EngineTable *table, const ProfileKey *keys,
                                size_t n_keys, const ProfileDependency *dependencies, size_t n_dependencies,
                                const Profile **ret_profile, Err *err);
