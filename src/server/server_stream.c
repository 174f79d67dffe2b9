/*
 * Streams of events (server-sent events): of the home, "data" with each new version of a project's data or model; of a job, "progress" and
 * "end". One thread looks for news ten times a second (the home's wake it at once) and offers them to whoever reads; a reader that takes none
 * loses its connection and comes again, as EventSource does by itself.
 */
#include "server/server_internal.h"

enum { TICK_MS = 100, BEAT_MS = 15000, EVENT_MAX_BYTES = 64 << 10 };

typedef struct Stream {
    struct Stream *next;
    NetRequest *request; /* in whose arena this is */
    Str job;             /* empty: of the home */
    int64_t seen;        /* serial of what was told last; -1: nothing */
    int64_t told_us;
    HolderVersion *versions; /* of the home: as they were told, in `arena` */
    size_t n_versions;
    Arena *arena;
    bool is_over;
} Stream;

struct Streams {
    Arena *arena;
    Server *server;
    pthread_mutex_t lock;
    Stream *list;
    int n;
    atomic_bool is_stopping;
    bool has_thread;
    pthread_t thread;
};

/* ---- news ----------------------------------------------------------------------------------------------------------- */

static bool is_told(const Stream *stream, const HolderVersion *version) {
    for (size_t i = 0; i < stream->n_versions; i++) {
        const HolderVersion *told = &stream->versions[i];
        if (str_eq(told->project, version->project))
            return told->model == version->model && told->data == version->data &&
                   str_eq(told->problem, version->problem);
    }
    return false;
}

static void add_version(Buf *out, const HolderVersion *version) {
    JsonWriter w CLEANUP(json_writer_release);
    buf_add(out, S("event: data\ndata: "));
    json_writer_init(&w, sink_of_buf(out), false, NULL);
    json_object_begin(&w);
    json_key(&w, S("project"));
    json_text(&w, version->project);
    json_key(&w, S("model_version"));
    json_int(&w, version->model);
    json_key(&w, S("data_version"));
    json_int(&w, version->data);
    if (version->data) {
        json_key(&w, S("data_at"));
        json_value(&w, value_timestamp(version->data_at_us));
    }
    if (version->problem.n) {
        json_key(&w, S("problem"));
        json_text(&w, version->problem);
    }
    json_object_end(&w);
    err_ignore(json_writer_finish(&w));
    buf_add(out, S("\n\n"));
}

static void add_home_news(Streams *streams, Stream *stream, Buf *out) {
    Arena *arena = arena_new(0);
    HolderVersion *versions;
    size_t n;
    stream->seen = holder_versions(streams->server->holder, arena, &versions, &n);
    for (size_t i = 0; i < n; i++)
        if (!is_told(stream, &versions[i])) add_version(out, &versions[i]);
    arena_free(stream->arena);
    stream->arena = arena;
    stream->versions = versions;
    stream->n_versions = n;
}

/* What a stream has not been told, and a sign of life where there was nothing to tell for long. */
static void tell(Streams *streams, Stream *stream, int64_t serial) {
    Buf out CLEANUP(buf_release);
    buf_init(&out, EVENT_MAX_BYTES);
    int64_t now_us = clock_monotonic(CLOCK_SYSTEM);
    bool is_last = false;
    if (stream->job.n)
        is_last = !jobs_news(streams->server->jobs, stream->job, &stream->seen, &out);
    else if (stream->seen != serial)
        add_home_news(streams, stream, &out);
    if (!out.n && now_us - stream->told_us > BEAT_MS * 1000) buf_add(&out, S(":\n\n"));
    if (out.n) {
        stream->told_us = now_us;
        stream->is_over |= net_response_offer(stream->request, buf_str(&out), NULL) != ERR_OK;
    }
    stream->is_over |= is_last || atomic_load(&net_request_cancel(stream->request)->is_set);
}

/* ---- the thread ----------------------------------------------------------------------------------------------------- */

/* Takes streams that are over (or all of them) off the list and ends them. */
static void end_streams(Streams *streams, bool ends_all) {
    pthread_mutex_lock(&streams->lock);
    for (Stream **at = &streams->list; *at;) {
        Stream *stream = *at;
        if (!stream->is_over && !ends_all) {
            at = &stream->next;
            continue;
        }
        *at = stream->next;
        streams->n--;
        arena_free(stream->arena);
        net_request_finish(stream->request);
    }
    pthread_mutex_unlock(&streams->lock);
}

static void *stream_main(void *arg) {
    Streams *streams = arg;
    int64_t serial = 0;
    while (!atomic_load(&streams->is_stopping)) {
        serial = holder_versions_wait(streams->server->holder, serial, TICK_MS);
        pthread_mutex_lock(&streams->lock);
        for (Stream *stream = streams->list; stream; stream = stream->next) tell(streams, stream, serial);
        pthread_mutex_unlock(&streams->lock);
        end_streams(streams, false);
        access_flush(streams->server->access);
    }
    end_streams(streams, true);
    return NULL;
}

Streams *streams_new(Server *server) {
    Arena *arena = arena_new(0);
    Streams *streams = ARENA_NEW(arena, Streams);
    streams->arena = arena;
    streams->server = server;
    pthread_mutex_init(&streams->lock, NULL);
    streams->has_thread = pthread_create(&streams->thread, NULL, stream_main, streams) == 0;
    return streams;
}

void streams_stop(Streams *streams) {
    atomic_store(&streams->is_stopping, true);
    if (streams->has_thread) pthread_join(streams->thread, NULL);
    streams->has_thread = false;
}

void streams_free(Streams *streams) {
    pthread_mutex_destroy(&streams->lock);
    arena_free(streams->arena);
}

int streams_count(Streams *streams) {
    pthread_mutex_lock(&streams->lock);
    int n = streams->n;
    pthread_mutex_unlock(&streams->lock);
    return n;
}

/* Under the lock: either the thread ends it, or it is refused. */
static bool admit(Streams *streams, Stream *stream) {
    bool is_admitted =
        streams->n < streams->server->config->max_streams && streams->has_thread && !atomic_load(&streams->is_stopping);
    if (!is_admitted || net_response_begin(stream->request, 200, "text/event-stream", NULL)) return is_admitted;
    net_request_detach(stream->request);
    stream->next = streams->list;
    streams->list = stream;
    streams->n++;
    tell(streams, stream, 0);
    return true;
}

void streams_open(Streams *streams, NetRequest *request, Str job) {
    Stream *stream = ARENA_NEW(net_request_arena(request), Stream);
    *stream = (Stream){.request = request, .job = job, .seen = -1, .told_us = clock_monotonic(CLOCK_SYSTEM)};
    net_response_header(request, "Cache-Control", S("no-store"));
    pthread_mutex_lock(&streams->lock);
    bool is_admitted = admit(streams, stream);
    pthread_mutex_unlock(&streams->lock);
    if (!is_admitted)
        server_problem_of(request, 429, ERR_BUSY, "too many streams of events are open (server.streams); close some");
}
