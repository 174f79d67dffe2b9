#pragma once
/* Str: a borrowed slice of bytes, not NUL-terminated, valid as long as what it points into. Any thread. */
#include "base/base_def.h"

typedef struct Str {
    const char *p; /* may be NULL when n is 0 */
    size_t n;      /* bytes */
} Str;

/* A literal as Str. */
#define S(literal) ((Str){(literal), sizeof(literal) - 1})
/* The same where C wants a constant initialiser. */
#define S_INIT(literal) \
    { (literal), sizeof(literal) - 1 }
/* For a printf-family "%.*s"; evaluates s more than once. */
#define STR_ARG(s) (int)((s).n > 65536 ? 65536 : (s).n), ((s).n ? (s).p : "")

Str str_of(const char *cstr); /* NULL gives the empty slice */
bool str_eq(Str a, Str b);
bool str_eq_nocase(Str a, Str b); /* ASCII case only: names, keywords */
int str_cmp(Str a, Str b);        /* binary order, shorter first */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
ptrdiff_t str_find(Str s, Str what);          /* -1 when absent */
ptrdiff_t str_find_char(Str s, char what);    /* first; -1 when absent */
Str str_slice(Str s, size_t from, size_t to); /* clamps to the slice */
Str str_trim(Str s);                          /* ASCII white space */
/* Cuts s at the first `sep`: returns what stands before it and leaves the rest in *s (empty and p=NULL when none was left). */
Str str_split_next(Str *s, char sep);
uint64_t str_hash(Str s); /* FNV-1a, 64 bits: stable across runs, not for hostile keys that decide anything but speed */
NODISCARD bool str_to_int64(Str s,
                            int64_t *ret_value); /* whole slice, decimal, optional sign; false on junk or overflow */
NODISCARD bool str_to_double(Str s, double *ret_value); /* whole slice, C locale; false on junk, inf or nan */
/* Damerau-Levenshtein distance (optimal string alignment) of two texts in characters, ASCII case folded, at most `cap` (then
 * cap + 1 is returned; cap >= 0). Texts of more than 256 characters give cap + 1. For "did you mean" and for typing errors:
 * 20 characters at cap 2 take about 0.1 us. */
int str_distance(Str a, Str b, int cap);
/* The candidate nearest to `word` within a third of its length (at least 1, at most 3 edits), or an empty slice. */
Str str_nearest(Str word, const Str *candidates, size_t n_candidates);
