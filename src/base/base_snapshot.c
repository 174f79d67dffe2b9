/*
 * Counted views. The count is an atomic; the box needs a mutex as well, since between reading the box's pointer and
 * raising the count behind it another thread could publish and free. The lock is held for those two steps only.
 */
#include "base/base_snapshot.h"

#include "base/base_internal.h"

#include <pthread.h>
#include <stdlib.h>

struct Snapshot {
    atomic_size_t n_holders;
    int64_t version;
    struct {
        void *value;
        void (*free_fn)(void *value);
    } slots[SNAPSHOT_SLOT_COUNT];
};

struct SnapshotBox {
    pthread_mutex_t lock;
    Snapshot *current;
};

Snapshot *snapshot_new(int64_t version) {
    Snapshot *snapshot = base_zalloc(1, sizeof(Snapshot));
    atomic_init(&snapshot->n_holders, 1);
    snapshot->version = version;
    return snapshot;
}

/* Plain stores: the snapshot is not shared yet, and publishing it is under the box's lock. */
void snapshot_set(Snapshot *snapshot, SnapshotSlot slot, void *value, void (*free_fn)(void *value)) {
    assert(!snapshot->slots[slot].value && "a slot is filled once");
    snapshot->slots[slot].value = value;
    snapshot->slots[slot].free_fn = free_fn;
}

const void *snapshot_get(const Snapshot *snapshot, SnapshotSlot slot) {
    return snapshot ? snapshot->slots[slot].value : NULL;
}

int64_t snapshot_version(const Snapshot *snapshot) {
    return snapshot->version;
}

Snapshot *snapshot_acquire(const Snapshot *snapshot) {
    /* Holders see it as const: what is immutable is the view, not its count. */
    Snapshot *counted = (Snapshot *)snapshot;
    if (counted) atomic_fetch_add_explicit(&counted->n_holders, 1, memory_order_relaxed);
    return counted;
}

void snapshot_release(Snapshot *snapshot) {
    /* acq_rel: all that other holders did with it happens before the last one frees it. */
    if (!snapshot || atomic_fetch_sub_explicit(&snapshot->n_holders, 1, memory_order_acq_rel) != 1) return;
    /* Last first: later slots (lexicon, value index) are made from earlier ones and may point into them. */
    for (int slot = SNAPSHOT_SLOT_COUNT - 1; slot >= 0; slot--)
        if (snapshot->slots[slot].value && snapshot->slots[slot].free_fn)
            snapshot->slots[slot].free_fn(snapshot->slots[slot].value);
    free(snapshot);
}

SnapshotBox *snapshot_box_new(void) {
    SnapshotBox *box = base_zalloc(1, sizeof(SnapshotBox));
    pthread_mutex_init(&box->lock, NULL); /* cannot fail for a default mutex on Linux */
    return box;
}

void snapshot_box_free(SnapshotBox *box) {
    if (!box) return;
    snapshot_release(box->current);
    pthread_mutex_destroy(&box->lock);
    free(box);
}

/* The count is raised under the lock, so no publish can come between and free what was just read. */
Snapshot *snapshot_box_acquire(SnapshotBox *box) {
    pthread_mutex_lock(&box->lock);
    Snapshot *snapshot = snapshot_acquire(box->current);
    pthread_mutex_unlock(&box->lock);
    return snapshot;
}

void snapshot_box_publish(SnapshotBox *box, Snapshot *snapshot) {
    pthread_mutex_lock(&box->lock);
    Snapshot *before = box->current;
    box->current = snapshot;
    pthread_mutex_unlock(&box->lock);
    snapshot_release(before); /* outside the lock: freeing a model takes a while */
}
