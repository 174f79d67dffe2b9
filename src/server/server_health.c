/* What the server says of itself. */
#include "server/server_internal.h"

enum { HEALTH_MAX_BYTES = 1 << 20 };

static void put_int(JsonWriter *w, const char *key, int64_t i) {
    json_key(w, str_of(key));
    json_int(w, i);
}

static void put_text(JsonWriter *w, const char *key, Str text) {
    json_key(w, str_of(key));
    json_text(w, text);
}

static void put_projects(JsonWriter *w, const HolderVersion *versions, size_t n) {
    json_key(w, S("projects"));
    json_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(w);
        put_text(w, "name", versions[i].project);
        put_int(w, "model_version", versions[i].model);
        put_int(w, "data_version", versions[i].data);
        if (versions[i].data) {
            json_key(w, S("data_at"));
            json_value(w, value_timestamp(versions[i].data_at_us));
        }
        if (versions[i].problem.n) put_text(w, "problem", versions[i].problem);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_jobs(JsonWriter *w, JobCounts counts) {
    json_key(w, S("jobs"));
    json_object_begin(w);
    put_int(w, "waiting", counts.n_waiting);
    put_int(w, "running", counts.n_running);
    put_int(w, "done", counts.n_done);
    put_int(w, "failed", counts.n_failed);
    json_object_end(w);
}

static void put_cache(JsonWriter *w, QueryCacheCounts counts) {
    json_key(w, S("cache"));
    json_object_begin(w);
    put_int(w, "entries", counts.n_entries);
    put_int(w, "bytes", counts.n_bytes);
    put_int(w, "hits", counts.n_hits);
    put_int(w, "waited", counts.n_waited);
    put_int(w, "misses", counts.n_misses);
    put_int(w, "evicted", counts.n_evicted);
    json_object_end(w);
}

void server_health(Server *server, NetRequest *request) {
    Buf body CLEANUP(buf_release);
    JsonWriter w CLEANUP(json_writer_release);
    HolderVersion *versions;
    size_t n;
    (void)holder_versions(server->holder, net_request_arena(request), &versions, &n);
    buf_init(&body, HEALTH_MAX_BYTES);
    json_writer_init(&w, sink_of_buf(&body), false, NULL);
    json_object_begin(&w);
    put_text(&w, "status", S("ok"));
    put_text(&w, "version", str_of(starling_version()));
    put_int(&w, "uptime_s", (clock_monotonic(CLOCK_SYSTEM) - server->started_us) / TIME_US_PER_SECOND);
    put_projects(&w, versions, n);
    put_jobs(&w, jobs_counts(server->jobs));
    put_cache(&w, query_cache_counts(server->cache));
    put_int(&w, "streams", streams_count(server->streams));
    json_object_end(&w);
    err_ignore(json_writer_finish(&w));
    server_json(request, 200, &body);
}
