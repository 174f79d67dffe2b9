#pragma once
/* UTF-8 (RFC 3629) and Unicode forms. Any thread. */
#include "base/base_arena.h"

bool utf8_is_valid(Str s);     /* no overlong forms, surrogates, or bytes past U+10FFFF */
size_t utf8_invalid_at(Str s); /* offset of the first invalid byte; s.n when valid */
/* Decodes one character at s.p (s.n > 0); invalid bytes give U+FFFD and length 1. Returns its length in bytes. */
size_t utf8_decode(Str s, uint32_t *ret_rune);
size_t utf8_encode(uint32_t rune, char out[4]); /* bytes written */
size_t utf8_length(Str s);                      /* characters */
size_t utf8_width(Str s);                       /* terminal columns: wide and combining characters counted as such */
Str utf8_prefix(Str s, size_t n_columns);       /* longest prefix that fits n_columns */
size_t utf8_cut(Str s, size_t max_bytes);       /* largest length <= max_bytes that ends between characters */
Str utf8_nfc(Arena *arena, Str s);              /* s itself when it is NFC already (fast for ASCII) */
/* Character by character, as SQL's lower and upper do: as many characters as before (length in bytes may differ). */
Str utf8_lower(Arena *arena, Str s);
Str utf8_upper(Arena *arena, Str s);
/* In lower case and without its accents (the base of its canonical decomposition): e for É; 0 for an accent alone. */
uint32_t utf8_plain(uint32_t rune);
Str utf8_fold(Arena *arena, Str s); /* NFKC case folding, for comparing what people type */
Str utf8_unaccent(Arena *arena,
                  Str s); /* without combining marks, composed: "Côte" -> "Cote"; s itself when it has none */

/* `s` for a terminal, at most max_bytes long (0: no bound) with an ellipsis where it was cut: control characters become pictures of
 * themselves, and what is no character or would turn the line's direction becomes U+FFFD. s itself where nothing changes. */
Str utf8_printable(Arena *arena, Str s, size_t max_bytes);

/* What a character is to one who splits text. FORMAT is seen by nobody: soft hyphens, joiners, marks of direction. */
typedef enum Utf8Class { UTF8_SPACE, UTF8_LETTER, UTF8_DIGIT, UTF8_FORMAT, UTF8_OTHER } Utf8Class;
/* SPACE: control characters too. LETTER: combining marks too. DIGIT: decimal digits of any script. */
Utf8Class utf8_class(uint32_t rune);
