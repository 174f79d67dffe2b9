/* What the projects of a held home stand at, as the loop tells it, for who keeps answers and who tells others that there is news. While
 * a writer is at work, and until the loop has looked at what it did, nothing is said to stand. */
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

void holder_tell_versions(Holder *holder, const HolderVersion *versions, size_t n, int64_t n_commands) {
    pthread_mutex_lock(&holder->lock);
    if (!is_same(holder, versions, n)) {
        arena_free(holder->versions_arena);
        holder->versions_arena = arena_new(0);
        holder->versions = copy(holder->versions_arena, versions, n);
        holder->n_versions = n;
        holder->versions_serial++;
        pthread_cond_broadcast(&holder->versions_changed);
    }
    holder->is_settled = !holder->is_taken && holder->n_commands == n_commands;
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
    for (size_t i = 0; i < holder->n_versions && holder->is_settled && !is_at; i++) {
        const HolderVersion *v = &holder->versions[i];
        is_at = v->model == model && (data < 0 || v->data == data) && str_eq(v->project, project);
    }
    pthread_mutex_unlock(&holder->lock);
    return is_at;
}
