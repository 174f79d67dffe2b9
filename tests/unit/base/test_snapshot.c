#include "test.h"

#include "base/base.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct Trace {
    char text[8];
    size_t n;
} Trace;

typedef struct Part {
    Trace *trace;
    char letter;
} Part;

static void free_part(void *value) {
    const Part *part = value;
    part->trace->text[part->trace->n++] = part->letter;
    free(value);
}

static Part *part_new(Trace *trace, char letter) {
    Part *part = malloc(sizeof(*part));
    *part = (Part){trace, letter};
    return part;
}

TEST(slots_are_freed_by_the_last_holder) {
    Trace trace = {0};
    Snapshot *snapshot = snapshot_new(7);
    Part *model = part_new(&trace, 'm');
    snapshot_set(snapshot, SNAPSHOT_MODEL, model, free_part);
    snapshot_set(snapshot, SNAPSHOT_LEXICON, part_new(&trace, 'l'), free_part);
    snapshot_set(snapshot, SNAPSHOT_TABLES, &trace, NULL);
    assert_int_equal(snapshot_version(snapshot), 7);
    assert_ptr_equal(snapshot_get(snapshot, SNAPSHOT_MODEL), model);
    assert_null(snapshot_get(snapshot, SNAPSHOT_POLICY));
    assert_null(snapshot_get(NULL, SNAPSHOT_MODEL));
    assert_ptr_equal(snapshot_acquire(snapshot), snapshot);
    snapshot_release(snapshot);
    assert_int_equal(trace.n, 0);
    snapshot_release(snapshot);
    assert_string_equal(trace.text, "lm"); /* what is made from the model goes before it */
    snapshot_release(NULL);
    assert_null(snapshot_acquire(NULL));
}

TEST(publishing) {
    Trace trace = {0};
    SnapshotBox *box = snapshot_box_new();
    assert_null(snapshot_box_acquire(box));
    Snapshot *first = snapshot_new(1), *second = snapshot_new(2);
    snapshot_set(first, SNAPSHOT_MODEL, part_new(&trace, '1'), free_part);
    snapshot_set(second, SNAPSHOT_MODEL, part_new(&trace, '2'), free_part);
    snapshot_box_publish(box, first);
    Snapshot *held = snapshot_box_acquire(box);
    assert_ptr_equal(held, first);
    snapshot_box_publish(box, second);
    assert_string_equal(trace.text, ""); /* a running request keeps what it began with */
    assert_int_equal(snapshot_version(held), 1);
    snapshot_release(held);
    assert_string_equal(trace.text, "1");
    snapshot_box_free(box);
    assert_string_equal(trace.text, "12");
    snapshot_box_free(NULL);
}

enum { READERS = 4, ROUNDS = 20000, VERSIONS = 2000 };
static atomic_int n_alive;

static void free_number(void *value) {
    *(int64_t *)value = -1;
    free(value);
    atomic_fetch_sub(&n_alive, 1);
}

static void publish(SnapshotBox *box, int64_t version) {
    Snapshot *snapshot = snapshot_new(version);
    int64_t *number = malloc(sizeof(*number));
    *number = version;
    atomic_fetch_add(&n_alive, 1);
    snapshot_set(snapshot, SNAPSHOT_VALUES, number, free_number);
    snapshot_box_publish(box, snapshot);
}

static void *read_snapshots(void *arg) {
    int64_t last = 0;
    for (int i = 0; i < ROUNDS; i++) {
        Snapshot *snapshot = snapshot_box_acquire(arg), *more = snapshot_acquire(snapshot);
        int64_t number = *(const int64_t *)snapshot_get(snapshot, SNAPSHOT_VALUES);
        bool is_right = number == snapshot_version(more) && number >= last;
        last = number;
        snapshot_release(snapshot);
        snapshot_release(more);
        if (!is_right) return arg;
    }
    return NULL;
}

TEST(threads_read_while_versions_change) {
    SnapshotBox *box = snapshot_box_new();
    pthread_t readers[READERS];
    publish(box, 1);
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&readers[i], NULL, read_snapshots, box), 0);
    for (int version = 2; version < VERSIONS; version++) publish(box, version);
    for (int i = 0; i < READERS; i++) {
        void *failed = NULL;
        pthread_join(readers[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(atomic_load(&n_alive), 1);
    snapshot_box_free(box);
    assert_int_equal(atomic_load(&n_alive), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_are_freed_by_the_last_holder),
        cmocka_unit_test(publishing),
        cmocka_unit_test(threads_read_while_versions_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
