#pragma once
/* Files and hashes. Paths are NUL-terminated UTF-8. Any thread. Errors name the path and what to do. */
#include "base/base_ctx.h"
#include "base/base_json.h"

bool file_exists(const char *path);
bool file_is_dir(const char *path);
/* The whole file, at most max_bytes (ERR_TOO_LARGE). */
NODISCARD ErrCode file_read(Arena *arena, const char *path, size_t max_bytes, Str *ret_text, Err *err);
/* The whole file mapped into memory, to be read only, until the arena's reset: for tables that are shipped and replaced by rename, if
 * at all (a file that shrinks under the map kills the reader). At most max_bytes (ERR_TOO_LARGE). */
NODISCARD ErrCode file_map(Arena *arena, const char *path, size_t max_bytes, Str *ret_bytes, Err *err);
/* Writes path.tmp, syncs it, renames it over path, syncs the folder: all or nothing. */
NODISCARD ErrCode file_write_atomic(const char *path, Str bytes, Err *err);
/* Copies in the same manner; ctx for cancel and progress. */
NODISCARD ErrCode file_copy_atomic(const Ctx *ctx, const char *from, const char *to, Err *err);
/* What `fill` writes to the sink, in the same manner. */
NODISCARD ErrCode file_stream_atomic(const char *path, ErrCode (*fill)(void *arg, Sink sink, Err *err), void *arg,
                                     Err *err);
/* Makes the folder; a parent must exist. No error when it is there. */
NODISCARD ErrCode file_make_dir(const char *path, Err *err);
/* Removes a tree of ours; no error when absent. Does not follow links. */
NODISCARD ErrCode file_remove_tree(const char *path, Err *err);
/* Joins with one '/'. */
const char *path_join(Arena *arena, const char *folder, const char *name);
/* Absolute, without links; ERR_NOT_FOUND. */
NODISCARD ErrCode path_real(Arena *arena, const char *path, const char **ret_path, Err *err);
Str path_base(const char *path); /* the part after the last '/' */
/* The names in a folder, sorted, without "." and "..". */
NODISCARD ErrCode dir_list(Arena *arena, const char *path, Str **ret_names, size_t *ret_n, Err *err);
/* Folder that holds the running program's bin/ (its prefix). */
NODISCARD ErrCode path_prefix(Arena *arena, const char **ret_path, Err *err);
/* share/starling/NAME beside the program: what is shipped with it. It need not exist. */
NODISCARD ErrCode path_share(Arena *arena, const char *name, const char **ret_path, Err *err);

enum { HASH_TEXT_BYTES = 64 };
/* BLAKE2b-256 in lower-case hex (libsodium). */
Str hash_text(Arena *arena, Str bytes);
NODISCARD ErrCode hash_file(const Ctx *ctx, const char *path, Str *ret_hex, Err *err);
