#include "test.h"

#include "base/base.h"
#include "base/test_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void assert_content(const char *path, Str expected) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Str text;
    Err err;
    if (file_read(arena, path, 1 << 20, &text, &err)) fail_msg("%s", err.message);
    assert_true(str_eq(text, expected));
    assert_int_equal(text.p[text.n], '\0');
}

TEST(reading) {
    Folder folder = folder_make();
    const char *path = folder_file(&folder, "a");
    Str text = S("untouched");
    Err err;
    assert_int_equal(file_read(folder.arena, path, 100, &text, &err), ERR_NOT_FOUND);
    assert_true(str_find(str_of(err.message), str_of(path)) >= 0);
    assert_true(err.detail[0] != '\0');
    assert_int_equal(file_write_atomic(path, S("12345"), &err), ERR_OK);
    assert_int_equal(file_read(folder.arena, path, 4, &text, &err), ERR_TOO_LARGE);
    assert_true(str_eq(text, S("untouched")));
    assert_int_equal(file_read(folder.arena, path, 5, &text, &err), ERR_OK);
    assert_true(str_eq(text, S("12345")));
    assert_int_equal(file_write_atomic(path, (Str){0}, &err), ERR_OK);
    assert_content(path, S(""));
    assert_int_equal(file_read(folder.arena, folder.path, 100, &text, &err), ERR_IO); /* a folder */
    assert_int_equal(file_read(folder.arena, "/proc/self/status", 1 << 20, &text, &err),
                     ERR_OK); /* says it has size 0 */
    assert_true(str_starts(text, S("Name:")));
    assert_int_equal(file_read(folder.arena, "/proc/self/status", SIZE_MAX, &text, &err), ERR_OK);
    assert_int_equal(file_read(folder.arena, "/proc/self/status", 10, &text, &err), ERR_TOO_LARGE);
    assert_int_equal(file_read(folder.arena, "/dev/zero", 100000, &text, &err), ERR_TOO_LARGE); /* endless */
    CLEANUP(arena_freep) Arena *small = arena_new(1000);
    assert_int_equal(file_write_atomic(path, (Str){memset(arena_alloc(folder.arena, 5000), 'x', 5000), 5000}, &err),
                     ERR_OK);
    assert_int_equal(file_read(small, path, 1 << 20, &text, &err), ERR_TOO_LARGE);
    folder_remove(&folder);
}

TEST(writing) {
    Folder folder = folder_make();
    const char *path = folder_file(&folder, "a"), *temp = folder_file(&folder, "a.tmp");
    Err err;
    assert_int_equal(file_write_atomic(path, S("one"), &err), ERR_OK);
    assert_content(path, S("one"));
    assert_int_equal(chmod(path, 0600), 0);
    FILE *left_over = fopen(temp, "w"); /* of a crash: longer than what comes */
    fputs("a very long text", left_over);
    fclose(left_over);
    assert_int_equal(file_write_atomic(path, S("two"), &err), ERR_OK);
    assert_content(path, S("two"));
    assert_false(file_exists(temp));
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600); /* rights stay */
    assert_int_equal(file_write_atomic(folder_file(&folder, "no/such"), S("x"), &err), ERR_NOT_FOUND);
    assert_int_equal(file_write_atomic(folder.path, S("x"), &err), ERR_IO); /* a folder is not replaced */
    assert_true(file_is_dir(folder.path));
    char *too_long = arena_zalloc(folder.arena, 1, 6000);
    memset(too_long, 'x', 5999);
    assert_int_equal(file_write_atomic(too_long, S("x"), &err), ERR_IO);
    folder_remove(&folder);
}

TEST(a_second_writer_is_refused) {
    Folder folder = folder_make();
    const char *path = folder_file(&folder, "a"), *temp = folder_file(&folder, "a.tmp");
    Err err;
    int fd = open(temp, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(file_write_atomic(path, S("x"), &err), ERR_BUSY);
    assert_true(file_exists(temp)); /* the first one's */
    close(fd);
    assert_int_equal(file_write_atomic(path, S("x"), &err), ERR_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(path, temp), 0); /* a link planted for us to write through */
    assert_int_equal(file_write_atomic(path, S("x"), &err), ERR_IO);
    assert_false(file_exists(path));
    folder_remove(&folder);
}

/* A disk that is full after 1,000 bytes: the limit is of the process, so a child takes it. */
TEST(a_full_disk_leaves_the_old_file) {
    Folder folder = folder_make();
    const char *path = folder_file(&folder, "a");
    Err err;
    assert_int_equal(file_write_atomic(path, S("old"), &err), ERR_OK);
    char *large = memset(arena_alloc(folder.arena, 5000), 'x', 5000);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {1000, 1000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        ErrCode code = file_write_atomic(path, (Str){large, 5000}, &err);
        bool has_temp = file_exists(folder_file(&folder, "a.tmp"));
        _exit(code == ERR_IO && !has_temp && err.code == ERR_IO ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_content(path, S("old"));
    folder_remove(&folder);
}

typedef struct Copying {
    Cancel cancel;
    int64_t cancel_at;
    int64_t done;
    int64_t total;
} Copying;

static void on_progress(void *arg, Str what, int64_t done, int64_t total) {
    Copying *copying = arg;
    (void)what;
    copying->done = done;
    copying->total = total;
    if (done >= copying->cancel_at) atomic_store(&copying->cancel.is_set, true);
}

TEST(copying) {
    Folder folder = folder_make();
    const char *from = folder_file(&folder, "from"), *to = folder_file(&folder, "to");
    Err err;
    size_t n = 1000000;
    char *bytes = arena_alloc(folder.arena, n);
    for (size_t i = 0; i < n; i++) bytes[i] = (char)(i * 31 >> 3);
    assert_int_equal(file_write_atomic(from, (Str){bytes, n}, &err), ERR_OK);
    Copying copying = {.cancel_at = 300000};
    Ctx ctx = {
        .arena = folder.arena, .clock = CLOCK_SYSTEM, .cancel = &copying.cancel, .progress = {on_progress, &copying}};
    assert_int_equal(file_write_atomic(to, S("before"), &err), ERR_OK);
    assert_int_equal(file_copy_atomic(&ctx, from, to, &err), ERR_CANCELLED);
    assert_content(to, S("before"));
    assert_false(file_exists(folder_file(&folder, "to.tmp")));
    copying = (Copying){.cancel_at = INT64_MAX};
    assert_int_equal(file_copy_atomic(&ctx, from, to, &err), ERR_OK);
    assert_content(to, (Str){bytes, n});
    assert_int_equal(copying.done, n);
    assert_int_equal(copying.total, n);
    assert_int_equal(file_copy_atomic(&ctx, folder_file(&folder, "none"), to, &err), ERR_NOT_FOUND);
    assert_content(to, (Str){bytes, n});
    folder_remove(&folder);
}

typedef struct Filling {
    int n_pieces;
    bool is_failing;
} Filling;

static ErrCode fill(void *arg, Sink sink, Err *err) {
    const Filling *filling = arg;
    for (int i = 0; i < filling->n_pieces; i++) TRY(sink.write(sink.arg, S("piece\n"), err));
    return filling->is_failing ? err_set(err, ERR_DATA, "no more") : ERR_OK;
}

TEST(a_stream_is_written_whole_or_not_at_all) {
    Folder folder = folder_make();
    Err err;
    const char *to = folder_file(&folder, "to");
    Filling filling = {.n_pieces = 2, .is_failing = true};
    assert_int_equal(file_stream_atomic(to, fill, &filling, &err), ERR_DATA);
    assert_false(file_exists(to));
    assert_false(file_exists(folder_file(&folder, "to.tmp")));
    filling.is_failing = false;
    assert_int_equal(file_stream_atomic(to, fill, &filling, &err), ERR_OK);
    assert_content(to, S("piece\npiece\n"));
    filling = (Filling){.n_pieces = 3, .is_failing = true};
    assert_int_equal(file_stream_atomic(to, fill, &filling, &err), ERR_DATA);
    assert_content(to, S("piece\npiece\n"));
    assert_int_equal(file_stream_atomic(folder_file(&folder, "no/such"), fill, &filling, &err), ERR_NOT_FOUND);
    folder_remove(&folder);
}

TEST(folders) {
    Folder folder = folder_make();
    Err err;
    const char *sub = folder_file(&folder, "sub");
    assert_int_equal(file_make_dir(sub, &err), ERR_OK);
    assert_int_equal(file_make_dir(sub, &err), ERR_OK);
    assert_int_equal(file_make_dir(folder_file(&folder, "no/such"), &err), ERR_NOT_FOUND);
    assert_int_equal(file_write_atomic(folder_file(&folder, "file"), S("x"), &err), ERR_OK);
    assert_int_equal(file_make_dir(folder_file(&folder, "file"), &err), ERR_EXISTS);
    const char *const names[] = {"b", "a", "ä", "B", ".hidden", "10", "9"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_int_equal(file_write_atomic(path_join(folder.arena, sub, names[i]), S(""), &err), ERR_OK);
    Str *found = NULL;
    size_t n = 0;
    assert_int_equal(dir_list(folder.arena, sub, &found, &n, &err), ERR_OK);
    const char *const sorted[] = {".hidden", "10", "9", "B", "a", "b", "ä"};
    assert_int_equal(n, COUNT_OF(sorted));
    for (size_t i = 0; i < n; i++) assert_string_equal(found[i].p, sorted[i]);
    assert_int_equal(dir_list(folder.arena, folder_file(&folder, "none"), &found, &n, &err), ERR_NOT_FOUND);
    assert_int_equal(n, COUNT_OF(sorted));
    folder_remove(&folder);
    assert_false(file_exists(sub));
}

TEST(removing_does_not_follow_links) {
    Folder folder = folder_make(), outside = folder_make();
    Err err;
    const char *kept = folder_file(&outside, "kept"), *tree = folder_file(&folder, "tree");
    assert_int_equal(file_write_atomic(kept, S("x"), &err), ERR_OK);
    const char *deep = tree;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(file_make_dir(deep, &err), ERR_OK);
        assert_int_equal(symlink(outside.path, path_join(folder.arena, deep, "link")), 0);
        assert_int_equal(symlink(kept, path_join(folder.arena, deep, "file-link")), 0);
        assert_int_equal(symlink("/nowhere/at/all", path_join(folder.arena, deep, "dead")), 0);
        deep = path_join(folder.arena, deep, "d");
    }
    assert_int_equal(file_remove_tree(tree, &err), ERR_OK);
    assert_false(file_exists(tree));
    assert_true(file_exists(kept));
    assert_int_equal(file_remove_tree(tree, &err), ERR_OK); /* absent already */
    assert_int_equal(symlink(outside.path, tree), 0);
    assert_int_equal(file_remove_tree(tree, &err), ERR_OK); /* a link itself */
    assert_true(file_exists(kept));
    folder_remove(&folder);
    folder_remove(&outside);
}

TEST(paths) {
    CLEANUP(arena_freep) Arena *arena = arena_new(0);
    Err err;
    const char *path = NULL;
    assert_string_equal(path_join(arena, "a", "b"), "a/b");
    assert_string_equal(path_join(arena, "a//", "/b"), "a/b");
    assert_string_equal(path_join(arena, "/", "b"), "/b");
    assert_string_equal(path_join(arena, "", "b"), "b");
    assert_true(str_eq(path_base("/a/b.txt"), S("b.txt")));
    assert_true(str_eq(path_base("b"), S("b")));
    assert_true(str_eq(path_base("a/"), S("")));
    assert_int_equal(path_real(arena, "/proc/../proc/./self/..", &path, &err), ERR_OK);
    assert_string_equal(path, "/proc");
    assert_int_equal(path_real(arena, "/no/such", &path, &err), ERR_NOT_FOUND);
    assert_string_equal(path, "/proc");
    const char *self = NULL;
    assert_int_equal(path_real(arena, "/proc/self/exe", &self, &err), ERR_OK);
    assert_int_equal(path_prefix(arena, &path, &err), ERR_OK);
    Str expected = str_of(self); /* without its last two parts */
    for (int i = 0; i < 2; i++)
        while (expected.p[--expected.n] != '/') {}
    assert_true(str_eq(str_of(path), expected));
    assert_int_equal(path_share(arena, "packs", &path, &err), ERR_OK);
    assert_true(str_starts(str_of(path), expected) && str_ends(str_of(path), S("/share/starling/packs")));
}

TEST(mapping) {
    Folder folder = folder_make();
    Err err;
    Str bytes = {0};
    const char *path = path_join(folder.arena, folder.path, "table");
    assert_int_equal(file_map(folder.arena, path, 100, &bytes, &err), ERR_NOT_FOUND);
    assert_int_equal(file_write_atomic(path, S("bytes"), &err), ERR_OK);
    assert_int_equal(file_map(folder.arena, path, 4, &bytes, &err), ERR_TOO_LARGE);
    assert_int_equal(file_map(folder.arena, path, 5, &bytes, &err), ERR_OK);
    assert_true(str_eq(bytes, S("bytes")));
    assert_int_equal(file_write_atomic(path, S(""), &err), ERR_OK);
    assert_true(str_eq(bytes, S("bytes"))); /* a file put in its place changes nothing */
    assert_int_equal(file_map(folder.arena, path, 5, &bytes, &err), ERR_OK);
    assert_int_equal(bytes.n, 0);
    assert_int_equal(file_map(folder.arena, folder.path, 5, &bytes, &err), ERR_IO);
    folder_remove(&folder);
}

TEST(hashes) {
    Folder folder = folder_make();
    Ctx ctx = {.arena = folder.arena, .clock = CLOCK_SYSTEM};
    Err err;
    /* BLAKE2b-256 of nothing and of "abc" (b2sum -l 256). */
    assert_string_equal(hash_text(folder.arena, (Str){0}).p,
                        "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    assert_string_equal(hash_text(folder.arena, S("abc")).p,
                        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    size_t n = 300001;
    char *bytes = memset(arena_alloc(folder.arena, n), 'q', n);
    const char *path = folder_file(&folder, "a");
    Str hash = S("untouched");
    assert_int_equal(hash_file(&ctx, path, &hash, &err), ERR_NOT_FOUND);
    assert_int_equal(file_write_atomic(path, (Str){bytes, n}, &err), ERR_OK);
    assert_int_equal(hash_file(&ctx, path, &hash, &err), ERR_OK);
    assert_int_equal(hash.n, HASH_TEXT_BYTES);
    assert_true(str_eq(hash, hash_text(folder.arena, (Str){bytes, n})));
    Cancel cancel = {true};
    ctx.cancel = &cancel;
    assert_int_equal(hash_file(&ctx, path, &hash, &err), ERR_CANCELLED);
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading),
        cmocka_unit_test(writing),
        cmocka_unit_test(a_second_writer_is_refused),
        cmocka_unit_test(a_full_disk_leaves_the_old_file),
        cmocka_unit_test(copying),
        cmocka_unit_test(a_stream_is_written_whole_or_not_at_all),
        cmocka_unit_test(folders),
        cmocka_unit_test(removing_does_not_follow_links),
        cmocka_unit_test(paths),
        cmocka_unit_test(mapping),
        cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
