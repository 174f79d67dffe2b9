/* Whole gzip files are told from cut and damaged ones. */
#include "encode/encode.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

typedef struct Fixture {
    Arena *arena;
    Cancel cancel;
    Ctx ctx;
    char path[256];
    Err err;
} Fixture;

static void setup(Fixture *f) {
    *f = (Fixture){.arena = arena_new(0), .path = "/tmp/gzip test XXXXXX"};
    f->ctx = (Ctx){.arena = f->arena, .clock = CLOCK_SYSTEM, .cancel = &f->cancel};
    int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    (void)close(fd);
}

static void teardown(Fixture *f) {
    (void)unlink(f->path);
    arena_free(f->arena);
}

/* One member; noise, so that it stays longer than a block. */
static Str packed(Fixture *f, size_t n) {
    Bytef *plain = ARENA_ARRAY(f->arena, Bytef, n + 1), *out = ARENA_ARRAY(f->arena, Bytef, n + n / 100 + 1000);
    uint32_t state = 1;
    for (size_t i = 0; i < n; i++) plain[i] = (Bytef)((state = state * 1664525 + 1013904223) >> 24);
    z_stream z = {.next_in = plain, .avail_in = (uInt)n, .next_out = out, .avail_out = (uInt)(n + n / 100 + 1000)};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    Str bytes = {(const char *)out, z.total_out};
    (void)deflateEnd(&z);
    return bytes;
}

static ErrCode check(Fixture *f, Str bytes) {
    f->err = (Err){0};
    assert_int_equal(file_write_atomic(f->path, bytes, &f->err), ERR_OK);
    return gzip_check(&f->ctx, f->path, &f->err);
}

TEST(whole_files_pass) {
    Fixture f;
    setup(&f);
    Str big = packed(&f, 300000), small = packed(&f, 5), none = packed(&f, 0);
    assert_int_equal(check(&f, big), ERR_OK);
    assert_int_equal(check(&f, none), ERR_OK);
    char *both = arena_alloc(f.arena, big.n + small.n);
    memcpy(both, small.p, small.n);
    memcpy(both + small.n, big.p, big.n);
    Str members = {both, big.n + small.n};
    assert_int_equal(check(&f, members), ERR_OK);
    assert_int_equal(check(&f, str_slice(members, 0, members.n - 1)), ERR_DATA);
    teardown(&f);
}

TEST(every_cut_is_found) {
    Fixture f;
    setup(&f);
    Str bytes = packed(&f, 100);
    for (size_t n = 0; n < bytes.n; n++)
        if (check(&f, str_slice(bytes, 0, n)) != ERR_DATA) fail_msg("cut to %zu bytes", n);
    assert_non_null(strstr(f.err.message, "cut off or damaged"));
    assert_non_null(strstr(f.err.file, "gzip test"));
    Str big = packed(&f, 300000);
    assert_int_equal(check(&f, str_slice(big, 0, 65536)), ERR_DATA);
    assert_int_equal(check(&f, str_slice(big, 0, big.n - 8)), ERR_DATA);
    teardown(&f);
}

TEST(damage_is_found) {
    Fixture f;
    setup(&f);
    Str bytes = packed(&f, 100);
    char *copy = arena_alloc(f.arena, bytes.n + 1);
    for (size_t back = 1; back <= 8; back++) { /* the length and the CRC */
        memcpy(copy, bytes.p, bytes.n);
        copy[bytes.n - back] ^= 1;
        assert_int_equal(check(&f, (Str){copy, bytes.n}), ERR_DATA);
    }
    memcpy(copy, bytes.p, bytes.n);
    copy[bytes.n] = 'x';
    assert_int_equal(check(&f, (Str){copy, bytes.n + 1}), ERR_DATA);
    assert_int_equal(gzip_check(&f.ctx, "/nowhere/x.gz", &f.err), ERR_IO);
    teardown(&f);
}

TEST(a_cancel_ends_it) {
    Fixture f;
    setup(&f);
    f.cancel.is_set = true;
    assert_int_equal(check(&f, packed(&f, 5)), ERR_CANCELLED);
    teardown(&f);
}

/* What was flushed can be read before the end has come. */
TEST(bytes_on_their_way_out_can_be_read_when_flushed) {
    Fixture f;
    setup(&f);
    Buf out CLEANUP(buf_release);
    char text[4096] = {0};
    buf_init(&out, 1 << 20);
    GzipOut *gzip = gzip_out_new(f.arena, sink_of_buf(&out));
    assert_int_equal(gzip_out_write(gzip, S("first "), true, &f.err), ERR_OK);
    z_stream z = {
        .next_in = (Bytef *)out.p, .avail_in = (uInt)out.n, .next_out = (Bytef *)text, .avail_out = sizeof text};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
    assert_string_equal(text, "first ");
    (void)inflateEnd(&z);
    assert_int_equal(gzip_out_write(gzip, S("second"), false, &f.err), ERR_OK);
    assert_int_equal(gzip_out_finish(gzip, &f.err), ERR_OK);
    assert_int_equal(check(&f, buf_str(&out)), ERR_OK);
    teardown(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_files_pass), cmocka_unit_test(every_cut_is_found),
        cmocka_unit_test(damage_is_found),  cmocka_unit_test(bytes_on_their_way_out_can_be_read_when_flushed),
        cmocka_unit_test(a_cancel_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
