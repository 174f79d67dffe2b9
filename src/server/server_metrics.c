/* Counts of what was answered, and /metrics in Prometheus' text format (0.0.4). Counters are atomics: nobody waits for them. */
#include "server/server_internal.h"

#include <sys/resource.h>
#include <unistd.h>

enum { METRICS_MAX_BYTES = 1 << 20 };

/* Upper ends of the buckets of the time an answer took, in microseconds. */
static const int64_t BUCKETS_US[METRICS_BUCKETS] = {500,    1000,   2500,   5000,    10000,   25000,   50000,
                                                    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

void metrics_add(Metrics *metrics, size_t op, int status, int64_t duration_us) {
    int class = status >= 100 && status < 600 ? status / 100 : 0; /* 0: the client left before an answer */
    size_t bucket = 0;
    while (bucket < METRICS_BUCKETS && duration_us > BUCKETS_US[bucket]) bucket++;
    atomic_fetch_add(&metrics->requests[op][class], 1);
    atomic_fetch_add(&metrics->durations[bucket], 1);
    atomic_fetch_add(&metrics->duration_us, duration_us);
}

static void head(Buf *out, const char *name, const char *type, const char *help) {
    buf_printf(out, "# HELP starling_%s %s\n# TYPE starling_%s %s\n", name, help, name, type);
}

static void one(Buf *out, const char *name, const char *type, const char *help, int64_t value) {
    head(out, name, type, help);
    buf_printf(out, "starling_%s %" PRId64 "\n", name, value);
}

static void put_requests(Buf *out, Metrics *metrics) {
    size_t n;
    const Op *const *ops = app_ops(&n);
    head(out, "requests_total", "counter", "Requests by operation and class of status (0: the client left first).");
    for (size_t i = 0; i <= n && i < METRICS_OPS; i++)
        for (int class = 0; class < METRICS_CLASSES; class ++) {
            long long count = atomic_load(&metrics->requests[i][class]);
            if (count)
                buf_printf(out, "starling_requests_total{operation=\"%s\",status=\"%d%s\"} %lld\n",
                           i < n ? ops[i]->name : "none", class, class ? "xx" : "", count);
        }
}

static void put_durations(Buf *out, Metrics *metrics) {
    long long sum = 0;
    head(out, "request_duration_seconds", "histogram", "Time from the headers to the answer's end.");
    for (size_t i = 0; i <= METRICS_BUCKETS; i++) {
        sum += atomic_load(&metrics->durations[i]);
        if (i < METRICS_BUCKETS)
            buf_printf(out, "starling_request_duration_seconds_bucket{le=\"%g\"} %lld\n", (double)BUCKETS_US[i] / 1e6,
                       sum);
    }
    buf_printf(out, "starling_request_duration_seconds_bucket{le=\"+Inf\"} %lld\n", sum);
    buf_printf(out, "starling_request_duration_seconds_sum %.6f\n", (double)atomic_load(&metrics->duration_us) / 1e6);
    buf_printf(out, "starling_request_duration_seconds_count %lld\n", sum);
}

static void put_projects(Buf *out, Server *server, Arena *arena) {
    HolderVersion *versions;
    size_t n;
    (void)holder_versions(server->holder, arena, &versions, &n);
    head(out, "data_version", "gauge", "Newest published version of a project's data.");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "starling_data_version{project=\"%.*s\"} %" PRId64 "\n", STR_ARG(versions[i].project),
                   versions[i].data);
    head(out, "data_age_seconds", "gauge", "Since that version was published.");
    for (size_t i = 0; i < n; i++)
        if (versions[i].data)
            buf_printf(out, "starling_data_age_seconds{project=\"%.*s\"} %.3f\n", STR_ARG(versions[i].project),
                       (double)(clock_now(CLOCK_SYSTEM) - versions[i].data_at_us) / 1e6);
}

static void put_cache(Buf *out, QueryCacheCounts counts) {
    one(out, "cache_entries", "gauge", "Answers that are kept.", counts.n_entries);
    one(out, "cache_bytes", "gauge", "What they take.", counts.n_bytes);
    one(out, "cache_hits_total", "counter", "Answers given again.", counts.n_hits);
    one(out, "cache_waited_total", "counter", "Answers taken from a computation that was under way.", counts.n_waited);
    one(out, "cache_misses_total", "counter", "Answers computed.", counts.n_misses);
    one(out, "cache_evicted_total", "counter", "Answers that had to go for others.", counts.n_evicted);
}

static void put_jobs(Buf *out, JobCounts counts) {
    one(out, "jobs_waiting", "gauge", "Jobs that wait for a thread.", counts.n_waiting);
    one(out, "jobs_running", "gauge", "Jobs that run.", counts.n_running);
    one(out, "jobs_done_total", "counter", "Jobs that ended well.", counts.n_done);
    one(out, "jobs_failed_total", "counter", "Jobs that failed or were cancelled.", counts.n_failed);
}

/* Bytes in memory, of the kernel's own account. */
static int64_t resident_bytes(Arena *arena) {
    Str text = {0};
    int64_t pages = 0;
    if (file_read(arena, "/proc/self/statm", 4096, &text, NULL)) return 0;
    (void)str_split_next(&text, ' ');
    return str_to_int64(str_split_next(&text, ' '), &pages) ? pages * sysconf(_SC_PAGESIZE) : 0;
}

void server_metrics(Server *server, NetRequest *request, Str part) {
    (void)part;
    Arena *arena = net_request_arena(request);
    NetCounts net = net_request_counts(request);
    Buf out CLEANUP(buf_release);
    buf_init(&out, METRICS_MAX_BYTES);
    put_requests(&out, &server->metrics);
    put_durations(&out, &server->metrics);
    one(&out, "connections", "gauge", "Connections that are open.", net.n_connections);
    one(&out, "requests_waiting", "gauge", "Requests that wait for a worker.", net.n_waiting);
    one(&out, "streams", "gauge", "Streams of events that are open.", streams_count(server->streams));
    put_cache(&out, query_cache_counts(server->cache));
    put_jobs(&out, jobs_counts(server->jobs));
    put_projects(&out, server, arena);
    one(&out, "resident_bytes", "gauge", "Memory of the process.", resident_bytes(arena));
    one(&out, "uptime_seconds", "counter", "Since the server started.",
        (clock_monotonic(CLOCK_SYSTEM) - server->started_us) / TIME_US_PER_SECOND);
    net_response_header(request, "Cache-Control", S("no-store"));
    server_respond(request, "text/plain; version=0.0.4; charset=utf-8", arena_str(arena, buf_str(&out)));
}
