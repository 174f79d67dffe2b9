/*
 * Long operations: a job is taken on at once (202), runs on threads of its own, tells its progress, can be cancelled, and its document is kept
 * until max_jobs_kept others have ended after it. Jobs live in this process: a restart forgets them, the runs they made are in the log.
 *
 * One lock over the table; a job's texts are its own arena's. A job's serial rises with each of its changes: streams compare it.
 */
#include <string.h>

#include "server/server_internal.h"

enum { WHAT_MAX = 64, PROGRESS_MIN_US = 100000 };

typedef enum JobStatus { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED } JobStatus;
static const char *const STATUS_NAMES[] = {"waiting", "running", "done", "failed", "cancelled"};

typedef struct Job {
    struct Job *next; /* older */
    Jobs *jobs;
    Arena *arena;
    Str id;
    OpCall call;
    Cancel cancel;
    JobStatus status;
    int64_t serial;
    int64_t taken_us, begun_us, ended_us; /* UTC; 0: not yet */
    char what[WHAT_MAX];                  /* of the progress */
    int64_t done, total;
    int64_t told_us;
    Buf result;
    Err err;
} Job;

struct Jobs {
    Arena *arena; /* that it lives in */
    Holder *holder;
    const AppServerConfig *config;
    Pool *pool;
    pthread_mutex_t lock;
    Job *newest;
    bool is_stopping;         /* none is taken on any more */
    int64_t n_done, n_failed; /* since the start */
};

/* ---- the table ------------------------------------------------------------------------------------------------------ */

static bool is_over(const Job *job) {
    return job->status >= JOB_DONE;
}

static void job_free(Job *job) {
    buf_release(&job->result);
    arena_free(job->arena);
}

/* Under the lock, as all below. */
static Job *find(Jobs *jobs, Str id) {
    Job *job = jobs->newest;
    while (job && !str_eq(job->id, id)) job = job->next;
    return job;
}

static void forget_oldest(Jobs *jobs) {
    int n = 0;
    for (Job **at = &jobs->newest; *at;) {
        Job *job = *at;
        n += is_over(job);
        if (!is_over(job) || n <= jobs->config->max_jobs_kept) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        job_free(job);
    }
}

static void write_text(JsonWriter *w, const char *key, Str text) {
    json_key(w, str_of(key));
    json_text(w, text);
}

static void write_time(JsonWriter *w, const char *key, int64_t us) {
    if (!us) return;
    json_key(w, str_of(key));
    json_value(w, value_timestamp(us));
}

static void write_progress(JsonWriter *w, const Job *job) {
    json_key(w, S("progress"));
    json_object_begin(w);
    write_text(w, "what", str_of(job->what));
    json_key(w, S("done"));
    json_int(w, job->done);
    json_key(w, S("total"));
    json_int(w, job->total);
    json_object_end(w);
}

static void write_job(JsonWriter *w, const Job *job, bool has_result) {
    json_object_begin(w);
    write_text(w, "id", job->id);
    write_text(w, "operation", str_of(job->call.op->name));
    if (job->call.project.n) write_text(w, "project", job->call.project);
    write_text(w, "status", str_of(STATUS_NAMES[job->status]));
    write_time(w, "taken_at", job->taken_us);
    write_time(w, "begun_at", job->begun_us);
    write_time(w, "ended_at", job->ended_us);
    if (job->what[0]) write_progress(w, job);
    if (has_result && job->status == JOB_DONE) {
        json_key(w, S("result"));
        json_raw(w, str_trim(buf_str(&job->result)));
    }
    if (job->err.code) {
        json_key(w, S("error"));
        json_object_begin(w);
        server_write_problem(w, err_info(job->err.code)->http, &job->err, job->id);
        json_object_end(w);
    }
    json_object_end(w);
}

/* ---- the work ------------------------------------------------------------------------------------------------------- */

static void on_progress(void *arg, Str what, int64_t done, int64_t total) {
    Job *job = arg;
    int64_t now_us = clock_monotonic(CLOCK_SYSTEM);
    size_t n = utf8_cut(what, WHAT_MAX - 1);
    pthread_mutex_lock(&job->jobs->lock);
    bool is_same = strlen(job->what) == n && memcmp(job->what, what.p, n) == 0;
    if (n && (!is_same || done == total || now_us - job->told_us >= PROGRESS_MIN_US)) {
        memcpy(job->what, what.p, n);
        job->what[n] = 0;
        job->done = done;
        job->total = total;
        job->told_us = now_us;
        job->serial++;
    }
    pthread_mutex_unlock(&job->jobs->lock);
}

static void end(Job *job, ErrCode code, const Err *err) {
    pthread_mutex_lock(&job->jobs->lock);
    job->status = !code ? JOB_DONE : code == ERR_CANCELLED ? JOB_CANCELLED : JOB_FAILED;
    if (code) job->err = *err;
    *(code ? &job->jobs->n_failed : &job->jobs->n_done) += 1;
    job->ended_us = clock_now(CLOCK_SYSTEM);
    job->serial++;
    forget_oldest(job->jobs);
    pthread_mutex_unlock(&job->jobs->lock);
}

static bool begin(Job *job) {
    pthread_mutex_lock(&job->jobs->lock);
    bool is_wanted = !atomic_load(&job->cancel.is_set);
    if (is_wanted) job->status = JOB_RUNNING;
    job->begun_us = clock_now(CLOCK_SYSTEM);
    job->serial++;
    pthread_mutex_unlock(&job->jobs->lock);
    return is_wanted;
}

static void run(void *arg) {
    Job *job = arg;
    Err err = {0};
    ErrCode code = ERR_OK;
    const AppRequest request = {.project = job->call.project,
                                .security = holder_security(job->jobs->holder),
                                .cancel = &job->cancel,
                                .timeout_us = job->call.timeout_us,
                                .request_id = job->id,
                                .progress = {on_progress, job}};
    const AppOutput output = {
        .format = WRITER_JSON, .out = sink_of_buf(&job->result), .live = sink_of_buf(&job->result)};
    if (begin(job))
        code = holder_run_op(job->jobs->holder, &request, NULL, job->call.op, job->call.args, &output, &err);
    else
        code = err_set(&err, ERR_CANCELLED, "the job was cancelled before it began");
    end(job, code, &err);
}

/* ---- life ----------------------------------------------------------------------------------------------------------- */

Jobs *jobs_new(Holder *holder, const AppServerConfig *config) {
    Arena *arena = arena_new(0);
    Jobs *jobs = ARENA_NEW(arena, Jobs);
    *jobs = (Jobs){.holder = holder, .config = config};
    jobs->arena = arena;
    pthread_mutex_init(&jobs->lock, NULL);
    jobs->pool = pool_new("job", config->n_job_workers, 0, (size_t)config->max_jobs_waiting);
    return jobs;
}

void jobs_stop(Jobs *jobs) {
    pthread_mutex_lock(&jobs->lock);
    jobs->is_stopping = true;
    for (Job *job = jobs->newest; job; job = job->next) atomic_store(&job->cancel.is_set, true);
    pthread_mutex_unlock(&jobs->lock);
}

void jobs_free(Jobs *jobs) {
    pool_free(jobs->pool);
    while (jobs->newest) {
        Job *next = jobs->newest->next;
        job_free(jobs->newest);
        jobs->newest = next;
    }
    pthread_mutex_destroy(&jobs->lock);
    arena_free(jobs->arena);
}

/* ---- requests ------------------------------------------------------------------------------------------------------- */

static void answer(NetRequest *request, int status, const Job *job) {
    Buf body CLEANUP(buf_release);
    JsonWriter w CLEANUP(json_writer_release);
    size_t n_result = job->status == JOB_DONE ? job->result.n : 0; /* until then it is the worker's */
    buf_init(&body, n_result + (64 << 10));
    json_writer_init(&w, sink_of_buf(&body), false, NULL);
    write_job(&w, job, true);
    err_ignore(json_writer_finish(&w));
    server_json(request, status, &body);
}

static Job *job_new(Jobs *jobs) {
    Arena *arena = arena_new(0);
    Job *job = ARENA_NEW(arena, Job);
    job->arena = arena;
    job->jobs = jobs;
    job->id = ctx_new_request_id(arena);
    job->taken_us = clock_now(CLOCK_SYSTEM);
    buf_init(&job->result, (size_t)jobs->config->max_job_bytes);
    return job;
}

/* The request's texts are borrowed by what is read of it, so that the job has copies of its own. */
static ErrCode read_call(Job *job, const NetRequest *request, const Op *op, Err *err) {
    OpCall call;
    TRY(server_read_call(job->arena, request, op, (size_t)job->jobs->config->max_body_bytes, &call, err));
    call.args = op_args_copy(job->arena, call.args);
    call.project = arena_str(job->arena, call.project);
    job->call = call;
    return ERR_OK;
}

void jobs_take(Jobs *jobs, NetRequest *request, const Op *op) {
    Err err = {0};
    Job *job = job_new(jobs);
    if (read_call(job, request, op, &err)) {
        server_problem(request, &err, NULL);
        job_free(job);
        return;
    }
    pthread_mutex_lock(&jobs->lock);
    bool is_stopping = jobs->is_stopping, is_taken = !is_stopping && !pool_submit(jobs->pool, run, job, NULL);
    if (is_taken) {
        job->next = jobs->newest;
        jobs->newest = job;
        net_response_header(request, "Location", arena_printf(job->arena, SERVER_API "jobs/%.*s", STR_ARG(job->id)));
        answer(request, 202, job);
    }
    pthread_mutex_unlock(&jobs->lock);
    if (is_taken) return;
    server_problem_of(request, is_stopping ? 503 : 429, ERR_BUSY,
                      is_stopping ? "the server is shutting down"
                                  : "too many jobs are waiting; try again when some have ended");
    job_free(job);
}

static void no_such_job(NetRequest *request) {
    server_problem_of(request, 404, ERR_NOT_FOUND, "there is no such job; jobs that ended long ago are forgotten");
}

void jobs_get(Jobs *jobs, NetRequest *request, Str id) {
    pthread_mutex_lock(&jobs->lock);
    const Job *job = find(jobs, id);
    if (job) answer(request, 200, job);
    pthread_mutex_unlock(&jobs->lock);
    if (!job) no_such_job(request);
}

void jobs_cancel(Jobs *jobs, NetRequest *request, Str id) {
    pthread_mutex_lock(&jobs->lock);
    Job *job = find(jobs, id);
    if (job) {
        if (!is_over(job)) atomic_store(&job->cancel.is_set, true);
        answer(request, 200, job);
    }
    pthread_mutex_unlock(&jobs->lock);
    if (!job) no_such_job(request);
}

void jobs_list(Jobs *jobs, NetRequest *request) {
    Buf body CLEANUP(buf_release);
    JsonWriter w CLEANUP(json_writer_release);
    buf_init(&body, 4 << 20);
    json_writer_init(&w, sink_of_buf(&body), false, NULL);
    json_object_begin(&w);
    json_key(&w, S("jobs"));
    json_array_begin(&w);
    pthread_mutex_lock(&jobs->lock);
    for (const Job *job = jobs->newest; job; job = job->next) write_job(&w, job, false);
    pthread_mutex_unlock(&jobs->lock);
    json_array_end(&w);
    json_object_end(&w);
    err_ignore(json_writer_finish(&w));
    server_json(request, 200, &body);
}

bool jobs_has(Jobs *jobs, Str id) {
    pthread_mutex_lock(&jobs->lock);
    bool has = find(jobs, id) != NULL;
    pthread_mutex_unlock(&jobs->lock);
    return has;
}

static void add_event(Buf *out, const Job *job) {
    JsonWriter w CLEANUP(json_writer_release);
    buf_add(out, is_over(job) ? S("event: end\ndata: ") : S("event: progress\ndata: "));
    json_writer_init(&w, sink_of_buf(out), false, NULL);
    write_job(&w, job, false);
    err_ignore(json_writer_finish(&w));
    buf_add(out, S("\n\n"));
}

bool jobs_news(Jobs *jobs, Str id, int64_t *seen, Buf *out) {
    pthread_mutex_lock(&jobs->lock);
    const Job *job = find(jobs, id);
    bool goes_on = job && !is_over(job);
    if (job && job->serial != *seen) {
        *seen = job->serial;
        add_event(out, job);
    }
    pthread_mutex_unlock(&jobs->lock);
    return goes_on;
}

JobCounts jobs_counts(Jobs *jobs) {
    JobCounts counts = {0};
    pthread_mutex_lock(&jobs->lock);
    for (const Job *job = jobs->newest; job; job = job->next) {
        counts.n_waiting += job->status == JOB_WAITING;
        counts.n_running += job->status == JOB_RUNNING;
    }
    counts.n_done = jobs->n_done;
    counts.n_failed = jobs->n_failed;
    pthread_mutex_unlock(&jobs->lock);
    return counts;
}
