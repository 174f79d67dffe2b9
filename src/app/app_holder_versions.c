/* What the projects of a held home stand at, as the loop tells it, for who keeps answers and who tells others that there is news. While
 * a writer is at work on a project, and until the loop has looked at what it did, nothing of that project is said to stand. */
#include <stdio.h>
#include <time.h>

#include "app/app_holder_internal.h"

static bool is_same(const Holder *holder, const HolderVersion *versions, size_t n) {
    if (!holder->versions_arena || holder->n_versions != n) return false;
    for (size_t i = 0; i < n; i++) {
        const HolderVersion *a = &holder->versions[i], *b = &versions[i];
        if (!str_eq(a->project, b->project) || a->model != b->model || a->data != b->data) return false;
        if (!str_eq(a->problem, b->problem)) return false;
    }
    return true;
}

static HolderVersion *copy(Arena *arena, const HolderVersion *versions, size_t n) {
    HolderVersion *made = ARENA_ARRAY(arena, HolderVersion, n + 1);
    for (size_t i = 0; i < n; i++) {
        made[i] = versions[i];
        made[i].project = arena_str(arena, versions[i].project);
        made[i].problem = arena_str(arena, versions[i].problem);
    }
    return made;
}

static bool is_of(Str project, Str of) {
    return !of.n || str_eq(project, of);
}

void holder_unsettle(Holder *holder, Str project) {
    holder->is_settled = false;
    (void)snprintf(holder->at_work, sizeof holder->at_work, "%.*s", STR_ARG(project));
    for (size_t i = 0; i < holder->n_versions; i++) holder->unsettled[i] |= is_of(holder->versions[i].project, project);
}

/* A project that is new in the list is not settled before the next look. */
static void replace(Holder *holder, const HolderVersion *versions, size_t n) {
    Arena *arena = arena_new(0);
    HolderVersion *made = copy(arena, versions, n);
    bool *unsettled = ARENA_ARRAY(arena, bool, n + 1);
    for (size_t i = 0; i < n; i++) {
        unsettled[i] = true;
        for (size_t k = 0; k < holder->n_versions && unsettled[i]; k++)
            unsettled[i] = holder->unsettled[k] || !str_eq(holder->versions[k].project, made[i].project);
    }
    arena_free(holder->versions_arena);
    holder->versions_arena = arena;
    holder->versions = made;
    holder->unsettled = unsettled;
    holder->n_versions = n;
}

void holder_tell_versions(Holder *holder, const HolderVersion *versions, size_t n, int64_t n_commands) {
    pthread_mutex_lock(&holder->lock);
    if (!is_same(holder, versions, n)) {
        replace(holder, versions, n);
        holder->versions_serial++;
        pthread_cond_broadcast(&holder->versions_changed);
    }
    bool is_seen = holder->n_commands == n_commands; /* what writing commands did */
    for (size_t i = 0; i < n && is_seen; i++)
        holder->unsettled[i] = holder->is_taken && is_of(holder->versions[i].project, str_of(holder->at_work));
    holder->is_settled = !holder->is_taken && is_seen;
    pthread_mutex_unlock(&holder->lock);
}

bool holder_is_settled(Holder *holder) {
    pthread_mutex_lock(&holder->lock);
    bool is_settled = holder->is_settled;
    pthread_mutex_unlock(&holder->lock);
    return is_settled;
}

int64_t holder_versions(Holder *holder, Arena *arena, HolderVersion **ret_versions, size_t *ret_n) {
    pthread_mutex_lock(&holder->lock);
    *ret_versions = copy(arena, holder->versions, holder->n_versions);
    *ret_n = holder->n_versions;
    int64_t serial = holder->versions_serial;
    pthread_mutex_unlock(&holder->lock);
    return serial;
}

int64_t holder_versions_wait(Holder *holder, int64_t seen, int64_t ms) {
    const struct timespec until = holder_time_in(ms);
    int waited = 0;
    pthread_mutex_lock(&holder->lock);
    while (holder->versions_serial == seen && !waited)
        waited = pthread_cond_timedwait(&holder->versions_changed, &holder->lock, &until);
    int64_t serial = holder->versions_serial;
    pthread_mutex_unlock(&holder->lock);
    return serial;
}

bool holder_is_at(Holder *holder, Str project, int64_t model, int64_t data) {
    bool is_at = false;
    pthread_mutex_lock(&holder->lock);
    for (size_t i = 0; i < holder->n_versions && !is_at; i++) {
        const HolderVersion *v = &holder->versions[i];
        bool is_same_data = data < 0 || v->data == data;
        is_at = !holder->unsettled[i] && v->model == model && is_same_data && str_eq(v->project, project);
    }
    pthread_mutex_unlock(&holder->lock);
    return is_at;
}
