#pragma once
/*
 * Snapshot: the immutable, reference-counted view of one version of a project. base/ knows only a counted box with one opaque
 * slot a folder; app/ fills it. A request acquires the current one at start and releases it at the end, so a new model or a sync
 * never changes a running request. Acquire and release from any thread.
 */
#include "base/base_def.h"

typedef enum SnapshotSlot {
    SNAPSHOT_MODEL,   /* const Model * */
    SNAPSHOT_POLICY,  /* row policies and masks */
    SNAPSHOT_LEXICON, /* the question engine's words */
    SNAPSHOT_VALUES,  /* its value index */
    SNAPSHOT_TABLES,  /* versions of the warehouse's tables */
    SNAPSHOT_SLOT_COUNT
} SnapshotSlot;

typedef struct Snapshot Snapshot;

/* A new one with a count of 1 and empty slots. version: that of the project's model. */
Snapshot *snapshot_new(int64_t version);
/* Fills a slot, before the snapshot is shared; free_fn(value) runs when the last holder releases. */
void snapshot_set(Snapshot *snapshot, SnapshotSlot slot, void *value, void (*free_fn)(void *value));
const void *snapshot_get(const Snapshot *snapshot, SnapshotSlot slot); /* NULL snapshot or empty slot: NULL */
int64_t snapshot_version(const Snapshot *snapshot);
Snapshot *snapshot_acquire(const Snapshot *snapshot);
void snapshot_release(Snapshot *snapshot); /* NULL allowed */

/* The place where the current snapshot is published. */
typedef struct SnapshotBox SnapshotBox;
SnapshotBox *snapshot_box_new(void);
void snapshot_box_free(SnapshotBox *box);
Snapshot *snapshot_box_acquire(SnapshotBox *box);                /* NULL before the first publish */
void snapshot_box_publish(SnapshotBox *box, Snapshot *snapshot); /* takes over the caller's count */
