#pragma once
/*
 * Of app/ only: the process that holds a home (`sync --follow`), and the way other commands reach it.
 *
 *   POST /v1/op/model/check   {"version", "args": {name: [text…]}, "project", "user", "format", …}
 *   200                       frames: a letter, the number of bytes in 8 hex digits, the bytes
 *                               o  of the document, for standard output
 *                               n  a note, for standard error
 *                               p  {"what", "done", "total"}: progress
 *                               e  the last: {} or {"code", "message", …}, an Err
 *   503                       nobody to do it now: as if there were no answer
 */
#include <pthread.h>

#include "app/app_internal.h"
#include "net/net.h"

#define HOLDER_SOCKET ".socket"
#define HOLDER_PATH "/v1/op/"

enum {
    HOLDER_WORKERS = 8,
    HOLDER_SLOW = 64,
    HOLDER_WAITING = 64,
    HOLDER_CONNECTIONS = 128,
    HOLDER_BODY_MAX_BYTES = 64 << 20, /* a query may come from a file of 16 MiB, escaped */
    HOLDER_GRACE_MS = 2000,           /* what runs at the end may go on so long */
    HOLDER_STALL_MS = 60000 /* past its time limit a command may wait so long for its reader, then it is given up */
};

/* ---- the wire (app_holder_wire.c) ----------------------------------------------------------------------------------- */

/* A command on its way to the holder. */
typedef struct HolderCommand {
    const Op *op;
    const OpArgs *args;
    Str project;
    Str user;
    WriterFormat format;
    int width;
    bool is_pretty;
    bool has_notes;
    bool has_progress;
    int64_t timeout_us;
} HolderCommand;

/* URL and body; both in the arena. */
NODISCARD ErrCode holder_command_print(Arena *arena, const HolderCommand *command, const char **ret_url, Str *ret_body,
                                       Err *err);
/* ERR_NOT_FOUND, ERR_INVALID, ERR_VERSION (the sender is another version of this program). */
NODISCARD ErrCode holder_command_parse(Arena *arena, Str path, Str body, HolderCommand *ret_command, Err *err);

typedef enum FrameKind { FRAME_OUT = 'o', FRAME_NOTE = 'n', FRAME_PROGRESS = 'p', FRAME_END = 'e' } FrameKind;
enum { FRAME_HEAD_BYTES = 9, FRAME_TEXT_MAX_BYTES = 64 << 10 /* of p and e */ };

NODISCARD ErrCode frame_write(Sink to, FrameKind kind, Str bytes, Err *err);
NODISCARD ErrCode frame_write_progress(Sink to, Str what, int64_t done, int64_t total, Err *err);
NODISCARD ErrCode frame_write_end(Sink to, const Err *result, Err *err); /* result->code may be ERR_OK */

/* Takes frames apart as their bytes come, holding back nothing of documents and notes. */
typedef struct FrameReader {
    Arena *arena;
    Sink out;
    Sink notes;
    Progress progress;
    char head[FRAME_HEAD_BYTES];
    size_t n_head;
    FrameKind kind;
    size_t n_left; /* of the current frame */
    Buf text;
    bool has_out;    /* some of the document has come */
    bool has_failed; /* what came is no frame, or a sink of ours refused it */
    bool is_ended;
    Err result;
} FrameReader;

void frame_reader_init(FrameReader *reader, Arena *arena, const AppOutput *output, Progress progress);
void frame_reader_release(FrameReader *reader);
Sink frame_reader_sink(FrameReader *reader); /* ERR_IO for what is no frame */

/* ---- asking (app_holder_client.c) ----------------------------------------------------------------------------------- */

/*
 * Runs the session's operation in the process that holds the home. *ret_is_done: it was taken on there, and its end (or the end of
 * the connection) is what is returned; otherwise nobody took it, and it may be asked again. *ret_has_document: a failure needs no
 * document of ours any more.
 */
NODISCARD ErrCode holder_ask(const Ctx *ctx, AppSession *session, const OpArgs *args, bool *ret_is_done,
                             bool *ret_has_document, Err *err);

/* ---- holding (app_holder.c) ----------------------------------------------------------------------------------------- */

/* Two kinds of writers take turns: commands that change something, and the loop that keeps the warehouse in step. */
typedef enum HolderSide { HOLDER_COMMAND, HOLDER_FOLLOW, HOLDER_SIDES } HolderSide;

typedef struct HolderQuestion HolderQuestion;

struct Holder {
    App *app;
    const char *home;
    const AppRequest *request; /* of sync --follow */
    const AppOutput *output;
    const AppConfig *config;
    Meta *meta; /* the loop's */
    bool is_first_full;
    int64_t owner_uid; /* of the home's folder */
    NetFolder folder;
    NetServer *server;

    Cancel cancel;           /* of the loop's work */
    atomic_bool is_stopping; /* the loop begins nothing more */
    atomic_bool is_loop_over;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_taken;                  /* a writer is at work… */
    char at_work[APP_NAME_MAX + 1]; /* …on this project; empty: on any */
    HolderSide turn;
    int n_waiting[HOLDER_SIDES];
    int64_t n_commands; /* writing commands that have ended: projects and models may be others */

    /* app_holder_versions.c */
    pthread_cond_t versions_changed;
    Arena *versions_arena; /* of the list; NULL: none was told yet */
    HolderVersion *versions;
    size_t n_versions;
    bool *unsettled; /* of each of them: a writer has been at work on it since its version was told */
    int64_t versions_serial;
    HolderQuestion *questions; /* app_holder_questions.c */
    int n_questions;
    bool is_settled; /* no writer has been at work since the list was told */
};

/* Serves and follows until ctx is cancelled or timed out; that is success. The session holds the home alone. front, with its arguments,
 * may be NULL. */
NODISCARD ErrCode holder_run(const Ctx *ctx, AppSession *session, bool is_first_full, const AppFront *front,
                             const OpArgs *args, Err *err);
/* A writer's turn, for its work on a project (empty: on any). ERR_BUSY after wait_ms (0: without limit), ERR_CANCELLED, ERR_TIMEOUT. */
NODISCARD ErrCode holder_enter(const Ctx *ctx, Holder *holder, HolderSide side, Str project, int64_t wait_ms, Err *err);
void holder_leave(Holder *holder, HolderSide side);
struct timespec holder_time_in(int64_t ms); /* on the monotonic clock */
/* Waits up to ms for a writing command to end; gives how many have. */
int64_t holder_wait(Holder *holder, int64_t n_seen, int64_t ms);

/* The loop's word on what the projects stand at, n_commands being those whose outcome it has seen. The list is copied. */
void holder_tell_versions(Holder *holder, const HolderVersion *versions, size_t n, int64_t n_commands);
bool holder_is_settled(Holder *holder);
/* A writer begins its work on a project (empty: on any), and nothing stands of it any more. Under the lock. */
void holder_unsettle(Holder *holder, Str project);

/* What holder_note_question takes: a reader's question, with what came of it. */
Str holder_question_pack(Arena *arena, const MetaQuestion *question);
/* Keeps what was noted, in the loop's meta; ctx NULL: forgets it. */
void holder_keep_questions(const Ctx *ctx, Holder *holder);

/* ---- the value index of a followed project (app_holder_index.c) ----------------------------------------------------- */

typedef struct HolderIndex {
    bool is_wanted;       /* something was published since it was begun */
    ModelTexts *gathered; /* what that did; NULL: nothing. Its arena is its own */
    bool is_running;
    int64_t begun_us; /* the last time */
    int64_t rest_until_us;
    pthread_t thread; /* and what it works with: */
    Cancel cancel;
    Ctx ctx;
    EngineDb *db;
    const Model *model;
    const char *folder;
    ModelTexts *texts;
    ErrCode code; /* what came of it, once is_done */
    Err err;
    int64_t took_us;
    atomic_bool is_done;
} HolderIndex;

/* Something was published that did this; copied. */
void holder_index_want(HolderIndex *index, const ModelTexts *texts);
/* Once a round: begins where it is wanted and nothing of it is under way; fails with what went wrong in the one that has ended. All of
 * project stays until stop. */
NODISCARD ErrCode holder_index_turn(const Ctx *ctx, HolderIndex *index, AppEngines *engines,
                                    const PipelineProject *project, Err *err);
/* Cancels what is under way, and waits for it. */
void holder_index_stop(HolderIndex *index);

/* The loop: a thread's main function, the holder its argument. */
void *holder_follow(void *holder);
