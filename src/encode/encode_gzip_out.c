/* Bytes on their way out, compressed (RFC 1952). What is written is handed on at once where its reader waits for it: a flush costs a few bytes. */
#include "encode/encode.h"

#include <zlib.h>

enum { OUT_BLOCK_BYTES = 32 << 10, GZIP_LEVEL = 4, GZIP_WINDOW = 15 + 16 /* gzip's header and trailer */, MEMORY = 8 };

struct GzipOut {
    Sink sink;
    z_stream z;
    bool is_open;
    unsigned char block[OUT_BLOCK_BYTES];
};

static void release(void *arg) {
    GzipOut *out = arg;
    if (out->is_open) (void)deflateEnd(&out->z);
}

GzipOut *gzip_out_new(Arena *arena, Sink sink) {
    GzipOut *out = ARENA_NEW(arena, GzipOut);
    out->sink = sink;
    arena_on_reset(arena, release, out);
    out->is_open = deflateInit2(&out->z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
    return out;
}

static ErrCode deflate_all(GzipOut *out, Str bytes, int how, Err *err) {
    if (!out->is_open) return err_set(err, ERR_TOO_LARGE, "there is no memory left to compress an answer");
    out->z.next_in = (unsigned char *)(uintptr_t)bytes.p;
    out->z.avail_in = (uInt)bytes.n;
    do {
        out->z.next_out = out->block;
        out->z.avail_out = OUT_BLOCK_BYTES;
        if (deflate(&out->z, how) == Z_STREAM_ERROR)
            return err_set(err, ERR_INTERNAL, "zlib refused what it was given");
        Str made = {(const char *)out->block, OUT_BLOCK_BYTES - out->z.avail_out};
        if (made.n) TRY(out->sink.write(out->sink.arg, made, err));
    } while (!out->z.avail_out);
    return ERR_OK;
}

ErrCode gzip_out_write(GzipOut *out, Str bytes, bool is_flushed, Err *err) {
    while (bytes.n > UINT32_MAX / 2) {
        TRY(deflate_all(out, str_slice(bytes, 0, UINT32_MAX / 2), Z_NO_FLUSH, err));
        bytes = str_slice(bytes, UINT32_MAX / 2, bytes.n);
    }
    return deflate_all(out, bytes, is_flushed ? Z_SYNC_FLUSH : Z_NO_FLUSH, err);
}

ErrCode gzip_out_finish(GzipOut *out, Err *err) {
    return deflate_all(out, (Str){0}, Z_FINISH, err);
}
