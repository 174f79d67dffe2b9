/*
 * UTF-8 by the table of RFC 3629 / Unicode 15 table 3-7; forms and widths from utf8proc.
 *
 * Nearly all text is ASCII, so every loop takes eight ASCII bytes at a time and decodes only what is left. Bytes that
 * are no character count as one character each, shown as U+FFFD: no function here reads past the slice or fails on
 * foreign bytes.
 */
#include "base/base_utf8.h"

#include "base/base_internal.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { RUNE_REPLACEMENT = 0xFFFD };

/* Offset of the first byte at or after `i` that is not ASCII, or s.n. */
static inline size_t skip_ascii(Str s, size_t i) {
    for (; s.n - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, s.p + i, sizeof(word));
        if (word & UINT64_C(0x8080808080808080)) break;
    }
    while (i < s.n && !((unsigned char)s.p[i] & 0x80)) i++;
    return i;
}

/* 10xxxxxx: never the start of a character. */
static inline bool is_continuation(unsigned char c) {
    return (c & 0xC0) == 0x80;
}

/* Length of the character at p with n bytes left, 0 when there is none. Only the second byte's range depends on the
 * first: that is where overlong forms, surrogates and what is past U+10FFFF are told apart. */
static inline size_t rune_at(const unsigned char *p, size_t n, uint32_t *rune) {
    unsigned char c = p[0];
    if (c < 0x80) {
        *rune = c;
        return 1;
    }
    if (c < 0xC2 || c > 0xF4) return 0;
    if (c < 0xE0) {
        if (n < 2 || !is_continuation(p[1])) return 0;
        *rune = (c & 0x1Fu) << 6 | (p[1] & 0x3Fu);
        return 2;
    }
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    size_t length = c < 0xF0 ? 3 : 4;
    if (n < length || p[1] < low || p[1] > high || !is_continuation(p[2])) return 0;
    if (length == 3) {
        *rune = (c & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        return 3;
    }
    if (!is_continuation(p[3])) return 0;
    *rune = (c & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    return 4;
}

/* Runs of ASCII are skipped; only what is between them is decoded. */
size_t utf8_invalid_at(Str s) {
    size_t i = 0;
    uint32_t rune;
    while ((i = skip_ascii(s, i)) < s.n) {
        size_t length = rune_at((const unsigned char *)s.p + i, s.n - i, &rune);
        if (!length) break;
        i += length;
    }
    return i;
}

bool utf8_is_valid(Str s) {
    return utf8_invalid_at(s) == s.n;
}

size_t utf8_decode(Str s, uint32_t *ret_rune) {
    uint32_t rune = RUNE_REPLACEMENT;
    size_t length = rune_at((const unsigned char *)s.p, s.n, &rune);
    *ret_rune = rune;
    return length ? length : 1;
}

/* What is no character is written as the replacement, so the output is valid whatever came in. */
size_t utf8_encode(uint32_t rune, char out[4]) {
    if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) rune = RUNE_REPLACEMENT;
    if (rune < 0x80) {
        out[0] = (char)rune;
        return 1;
    }
    if (rune < 0x800) {
        out[0] = (char)(0xC0 | rune >> 6);
        out[1] = (char)(0x80 | (rune & 0x3F));
        return 2;
    }
    if (rune < 0x10000) {
        out[0] = (char)(0xE0 | rune >> 12);
        out[1] = (char)(0x80 | (rune >> 6 & 0x3F));
        out[2] = (char)(0x80 | (rune & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | rune >> 18);
    out[1] = (char)(0x80 | (rune >> 12 & 0x3F));
    out[2] = (char)(0x80 | (rune >> 6 & 0x3F));
    out[3] = (char)(0x80 | (rune & 0x3F));
    return 4;
}

/* Characters, not what is seen as one: for counting columns of an error and limits, not for laying out text. */
size_t utf8_length(Str s) {
    size_t n_runes = 0;
    uint32_t rune;
    for (size_t i = 0; i < s.n; n_runes++) {
        size_t ascii_end = skip_ascii(s, i);
        n_runes += ascii_end - i;
        i = ascii_end;
        if (i == s.n) break;
        i += utf8_decode(str_slice(s, i, s.n), &rune);
    }
    return n_runes;
}

/* Columns of one character: control characters take none, as a terminal's printer must not send them anyway. */
static inline size_t rune_width(uint32_t rune) {
    if (rune < 0x7F) return rune >= 0x20;
    int width = utf8proc_charwidth((utf8proc_int32_t)rune);
    return width > 0 ? (size_t)width : 0;
}

/* The sum over characters: right for everything but emoji joined into one, which terminals disagree on anyway. */
size_t utf8_width(Str s) {
    size_t n_columns = 0;
    uint32_t rune;
    for (size_t i = 0; i < s.n;) {
        i += utf8_decode(str_slice(s, i, s.n), &rune);
        n_columns += rune_width(rune);
    }
    return n_columns;
}

Str utf8_prefix(Str s, size_t n_columns) {
    size_t i = 0, n_used = 0;
    uint32_t rune;
    while (i < s.n) {
        size_t length = utf8_decode(str_slice(s, i, s.n), &rune);
        n_used += rune_width(rune);
        if (n_used > n_columns) break; /* what has no width stays with the character before it */
        i += length;
    }
    return str_slice(s, 0, i);
}

size_t utf8_cut(Str s, size_t max_bytes) {
    if (max_bytes >= s.n) return s.n;
    /* The character that holds the cut starts at most three bytes before it. */
    uint32_t rune;
    for (size_t back = 1; back <= 3 && back <= max_bytes; back++) {
        size_t start = max_bytes - back;
        if (is_continuation((unsigned char)s.p[start])) continue;
        return start + utf8_decode(str_slice(s, start, s.n), &rune) > max_bytes ? start : max_bytes;
    }
    return max_bytes;
}

/* utf8proc's answer copied into the arena. False where it has none: invalid UTF-8. */
static bool map_forms(Arena *arena, Str s, utf8proc_option_t options, Str *ret_mapped) {
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &mapped, options);
    if (n == UTF8PROC_ERROR_NOMEM) base_abort("out of memory");
    if (n < 0) return false;
    Str text = {(const char *)mapped, (size_t)n};
    *ret_mapped = str_eq(text, s) ? s : arena_str(arena, text);
    free(mapped);
    return true;
}

Str utf8_nfc(Arena *arena, Str s) {
    /* Below U+0300 nothing combines, so text without a lead byte of 0xCC or more is in NFC as it is: all of Latin-1. */
    size_t i = skip_ascii(s, 0);
    while (i < s.n && (unsigned char)s.p[i] < 0xCC) i++;
    if (i == s.n) return s;
    Str mapped;
    return map_forms(arena, s, UTF8PROC_STABLE | UTF8PROC_COMPOSE, &mapped) ? mapped : s;
}

Str utf8_fold(Arena *arena, Str s) {
    if (skip_ascii(s, 0) == s.n) {
        char *p = arena_alloc(arena, size_add(s.n, 1));
        for (size_t i = 0; i < s.n; i++) p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + ('a' - 'A') : s.p[i]);
        p[s.n] = '\0';
        return (Str){p, s.n};
    }
    /* Unicode's NFKC_Casefold: what is ignorable (soft hyphens, joiners) goes too. */
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    Str mapped;
    if (!map_forms(arena, s, options, &mapped)) mapped = s;
    return mapped.p == s.p ? arena_str(arena, s) : mapped;
}

/* A character's other case has at most one byte more, and only beyond ASCII. */
static Str map_case(Arena *arena, Str s, utf8proc_int32_t (*map)(utf8proc_int32_t)) {
    char *p = arena_alloc(arena, size_add(size_mul(s.n, 2), 4));
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t rune;
        size_t length = utf8_decode(str_slice(s, i, s.n), &rune);
        bool is_broken = length == 1 && rune == RUNE_REPLACEMENT;
        if (is_broken)
            p[n++] = s.p[i];
        else
            n += utf8_encode((uint32_t)map((utf8proc_int32_t)rune), p + n);
        i += length;
    }
    p[n] = '\0';
    return (Str){p, n};
}

Str utf8_lower(Arena *arena, Str s) {
    return map_case(arena, s, utf8proc_tolower);
}

Str utf8_upper(Arena *arena, Str s) {
    return map_case(arena, s, utf8proc_toupper);
}

Str utf8_unaccent(Arena *arena, Str s) {
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_STRIPMARK;
    Str mapped;
    if (skip_ascii(s, 0) == s.n) return s;
    return map_forms(arena, s, options, &mapped) ? mapped : s;
}

Utf8Class utf8_class(uint32_t rune) {
    switch (utf8proc_category((utf8proc_int32_t)rune)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME: return UTF8_LETTER;
    case UTF8PROC_CATEGORY_ND: return UTF8_DIGIT;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC: return UTF8_SPACE;
    case UTF8PROC_CATEGORY_CF: return UTF8_FORMAT;
    default: return UTF8_OTHER;
    }
}

uint32_t utf8_plain(uint32_t rune) {
    if (rune < 0x80) return rune >= 'A' && rune <= 'Z' ? rune + ('a' - 'A') : rune;
    utf8proc_int32_t parts[8]; /* a canonical decomposition has at most four */
    int last_boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(utf8proc_tolower((utf8proc_int32_t)rune), parts, COUNT_OF(parts),
                                                 UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK, &last_boundary);
    return n < 0 ? rune : n == 0 ? 0 : (uint32_t)parts[0];
}

/* ---- printable text ------------------------------------------------------------------------------------------------- */

enum { RUNE_PICTURES = 0x2400, RUNE_PICTURE_OF_DELETE = 0x2421 };

static bool is_plain_ascii(Str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c >= 0x7F) return false;
    }
    return true;
}

/* Marks, embeddings, overrides and isolates of direction, and the separators that some terminals break lines at. */
static bool is_line_control(uint32_t rune) {
    return rune == 0x061C || rune == 0x200E || rune == 0x200F || (rune >= 0x2028 && rune <= 0x202E) ||
           (rune >= 0x2066 && rune <= 0x2069);
}

/* What a terminal gets to see of a character. U+2400 and on are pictures of the control characters, in their order. */
static uint32_t printable_rune(uint32_t rune) {
    if (rune < 0x20) return RUNE_PICTURES + rune;
    if (rune == 0x7F) return RUNE_PICTURE_OF_DELETE;
    if ((rune >= 0x80 && rune < 0xA0) || is_line_control(rune)) return RUNE_REPLACEMENT;
    return rune;
}

Str utf8_printable(Arena *arena, Str s, size_t max_bytes) {
    const Str ellipsis = S("…");
    if (!max_bytes) max_bytes = SIZE_MAX;
    if (s.n <= max_bytes && is_plain_ascii(s)) return s;
    /* Every byte becomes three at most. */
    size_t cap = MIN_OF(size_mul(s.n, 3), max_bytes);
    char *p = arena_alloc(arena, MAX_OF(cap, ellipsis.n));
    size_t n = 0, n_before_ellipsis = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t rune;
        char bytes[4];
        i += utf8_decode(str_slice(s, i, s.n), &rune);
        size_t length = utf8_encode(printable_rune(rune), bytes);
        if (n + length > max_bytes) {
            memcpy(p + n_before_ellipsis, ellipsis.p, ellipsis.n);
            return (Str){p, n_before_ellipsis + ellipsis.n};
        }
        memcpy(p + n, bytes, length);
        n += length;
        if (n + ellipsis.n <= max_bytes) n_before_ellipsis = n;
    }
    return (Str){p, n};
}
