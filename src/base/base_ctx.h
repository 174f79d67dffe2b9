#pragma once
/*
 * Ctx: what every public function above engine/ gets first. It is built by who starts a request or job, lives on that stack,
 * and is passed as const. Everything in it is borrowed for the request's duration.
 */
#include "base/base_snapshot.h"
#include "base/base_time.h"
#include "base/base_type.h"

/* Set by anyone, seen by everyone: the work stops at its next check and running queries are interrupted. */
typedef struct Cancel {
    atomic_bool is_set;
} Cancel;

/* Who asks and what for. Until accounts exist everyone has all rights; the checks are there already. */
typedef enum Permission {
    PERMISSION_NONE, /* needs no right: help, version */
    PERMISSION_READ_DATA,
    PERMISSION_READ_MODEL,
    PERMISSION_WRITE_DATA,
    PERMISSION_RUN_PIPELINE,
    PERMISSION_ADMIN,
    PERMISSION_COUNT
} Permission;
const char *permission_name(Permission permission); /* "data:read" */

typedef struct Security {
    Str user;
    uint32_t permissions; /* bit p: Permission p is held */
    const Str *roles;
    size_t n_roles;
} Security;
extern const Security SECURITY_OWNER; /* the home's owner: every right */
static inline bool security_allows(const Security *security, Permission permission) {
    return permission == PERMISSION_NONE || (security->permissions >> permission & 1);
}

/* Where progress of long work is told; fn may be NULL. total 0: unknown; `what` empty: nothing goes on any more. Called from the
 * working thread. */
typedef struct Progress {
    void (*fn)(void *arg, Str what, int64_t done, int64_t total);
    void *arg;
} Progress;

typedef struct Ctx {
    Arena *arena;             /* of the request or job */
    const Snapshot *snapshot; /* NULL where no project is open */
    Str project;
    const Security *security;
    Clock clock;
    int64_t deadline_us; /* on clock.monotonic; 0: none */
    Cancel *cancel;      /* may be NULL */
    int64_t as_of_us;    /* "now" for relative times, in the reporting zone; INT64_MIN: by the pack's rule */
    Str request_id;
    Progress progress;
} Ctx;

/* ERR_CANCELLED or ERR_TIMEOUT when the work should stop; cheap enough for every batch. Any thread. */
NODISCARD ErrCode ctx_check(const Ctx *ctx, Err *err);
/* ERR_DENIED naming the permission that is missing. */
NODISCARD ErrCode ctx_require(const Ctx *ctx, Permission permission, Err *err);
void ctx_progress(const Ctx *ctx, Str what, int64_t done, int64_t total);
/* A random request id of 16 hex digits in the arena. */
Str ctx_new_request_id(Arena *arena);
