/* The archive of the page's files (tools/web/embed.py), read once. It is a part of this program, so what is wrong in it is our fault. */
#include "server/server_internal.h"

#define MAGIC "STARWEB1\n"

static size_t number(Str text) {
    int64_t n = 0;
    bool is_number = str_to_int64(text, &n) && n >= 0;
    assert(is_number);
    return (size_t)n;
}

/* "PATH ETAG OFFSET SIZE GZ_OFFSET GZ_SIZE" */
static WebFile file_of(Str line, Str bytes) {
    WebFile file = {.path = str_split_next(&line, ' '), .etag = str_split_next(&line, ' ')};
    size_t at[4];
    for (size_t i = 0; i < COUNT_OF(at); i++) at[i] = number(str_split_next(&line, ' '));
    assert(at[0] + at[1] <= bytes.n && at[2] + at[3] <= bytes.n);
    file.raw = str_slice(bytes, at[0], at[0] + at[1]);
    file.gz = str_slice(bytes, at[2], at[2] + at[3]);
    return file;
}

WebFiles web_files_read(Arena *arena, Str archive) {
    assert(str_starts(archive, S(MAGIC)));
    Str rest = str_slice(archive, sizeof MAGIC - 1, archive.n);
    ptrdiff_t end = str_starts(rest, S("\n")) ? 0 : str_find(rest, S("\n\n")) + 1;
    assert(end >= 0);
    Str bytes = str_slice(rest, (size_t)end + 1, rest.n), lines = str_slice(rest, 0, (size_t)end);
    VEC(WebFile) files = {0};
    while (lines.n) VEC_PUSH(arena, &files, file_of(str_split_next(&lines, '\n'), bytes));
    return (WebFiles){files.at, files.n};
}

const WebFile *web_file_find(const WebFiles *files, Str path) {
    size_t low = 0, high = files->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(files->at[middle].path, path);
        if (order == 0) return &files->at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
