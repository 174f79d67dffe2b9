/*
 * Whether a gzip file is whole (RFC 1952): every member is inflated into a block that is thrown away, and zlib compares its CRC and
 * length. Readers that stop at the last byte they have take a cut file for a shorter one.
 */
#include "encode/encode.h"

#include <stdio.h>
#include <zlib.h>

enum { GZIP_BLOCK_BYTES = 64 * 1024, GZIP_WINDOW = 15 + 16 /* the largest; gzip's header and trailer alone */ };

typedef struct GzipBlocks {
    unsigned char in[GZIP_BLOCK_BYTES];
    unsigned char out[GZIP_BLOCK_BYTES];
} GzipBlocks;

static ErrCode damaged(const char *why, Err *err) {
    return err_set(err, ERR_DATA, "the gzip file is cut off or damaged: %s; fetch or compress it again", why);
}

/* Inflates what is in z's input; *is_end tells whether a member ended with it. */
static ErrCode inflate_block(z_stream *z, GzipBlocks *blocks, bool *is_end, Err *err) {
    do {
        if (*is_end && inflateReset(z) != Z_OK) return err_set(err, ERR_INTERNAL, "zlib cannot start anew");
        z->next_out = blocks->out;
        z->avail_out = GZIP_BLOCK_BYTES;
        int code = inflate(z, Z_NO_FLUSH);
        if (code == Z_MEM_ERROR) return err_set(err, ERR_TOO_LARGE, "there is no memory left to inflate a file");
        bool is_starved = code == Z_BUF_ERROR && !z->avail_in;
        if (code != Z_OK && code != Z_STREAM_END && !is_starved) return damaged(z->msg ? z->msg : "no gzip data", err);
        *is_end = code == Z_STREAM_END;
    } while (z->avail_in || (!*is_end && !z->avail_out));
    return ERR_OK;
}

static ErrCode check_stream(const Ctx *ctx, FILE *stream, z_stream *z, GzipBlocks *blocks, Err *err) {
    bool is_end = false;
    for (;;) {
        TRY(ctx_check(ctx, err));
        size_t n = fread(blocks->in, 1, GZIP_BLOCK_BYTES, stream);
        if (ferror(stream)) return err_set(err, ERR_IO, "reading failed; check the disk");
        if (!n) return is_end ? ERR_OK : damaged("it ends in the middle of its data", err);
        z->next_in = blocks->in;
        z->avail_in = (uInt)n;
        TRY(inflate_block(z, blocks, &is_end, err));
    }
}

ErrCode gzip_check(const Ctx *ctx, const char *path, Err *err) {
    FILE *stream = fopen(path, "rb");
    if (!stream) return err_set(err, ERR_IO, "the file '%s' cannot be opened; check its permissions", path);
    z_stream z = {0};
    ErrCode code = ERR_OK;
    if (inflateInit2(&z, GZIP_WINDOW) != Z_OK) {
        code = err_set(err, ERR_TOO_LARGE, "there is no memory left to inflate a file");
    } else {
        code = check_stream(ctx, stream, &z, ARENA_NEW(ctx->arena, GzipBlocks), err);
        (void)inflateEnd(&z);
    }
    (void)fclose(stream);
    if (code == ERR_DATA || code == ERR_IO) err_at(err, path_base(path), 0, 0);
    return code;
}
