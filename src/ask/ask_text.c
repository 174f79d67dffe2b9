/*
 * Normalising, in two passes over text that keeps, for each byte, where it came from:
 *   1. characters: quotes, dashes and full-width forms become ASCII, white space one blank, what cannot be seen goes;
 *   2. NFC, by segments that begin with an ASCII character, since none of these composes with what stands before it.
 * After the second pass the first would change nothing: the result is its own normal form.
 */
#include "ask/ask_text.h"

#include "base/base_utf8.h"

#include <string.h>

/* Text being written; as much room as any result takes. */
typedef struct Writer {
    char *p;
    uint32_t *from, *to;
    size_t n;
    bool has_blank; /* to be written before the next visible character */
    uint32_t blank_from, blank_to;
} Writer;

enum { GROWTH_MAX = 3 }; /* of a character's bytes: "…" is 3 for 3, NFC at most trebles (Unicode, UAX #15) */

static Writer writer_make(Arena *arena, size_t n_bytes) {
    size_t cap = size_add(size_mul(n_bytes, GROWTH_MAX), 1);
    return (Writer){.p = arena_alloc(arena, cap),
                    .from = ARENA_ARRAY(arena, uint32_t, cap),
                    .to = ARENA_ARRAY(arena, uint32_t, cap)};
}

static void write_bytes(Writer *w, Str bytes, uint32_t from, uint32_t to) {
    for (size_t i = 0; i < bytes.n; i++) {
        w->p[w->n] = bytes.p[i];
        w->from[w->n] = from;
        w->to[w->n++] = to;
    }
}

static void write_blank(Writer *w, uint32_t from, uint32_t to) {
    if (!w->has_blank) w->blank_from = from;
    w->blank_to = to;
    w->has_blank = true;
}

static void write_visible(Writer *w, Str bytes, uint32_t from, uint32_t to) {
    if (w->has_blank && w->n) write_bytes(w, S(" "), w->blank_from, w->blank_to);
    w->has_blank = false;
    write_bytes(w, bytes, from, to);
}

/* What stands for a typographic character; 0 where it stands for itself. */
static char plain_sign(uint32_t rune) {
    switch (rune) {
    case '`':
    case 0xB4:
    case 0x2BC:
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2032:
    case 0x2035:
    case 0x1FEF:
    case 0x1FFD: return '\'';
    case 0xAB:
    case 0xBB:
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x2033:
    case 0x2036: return '"';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2212:
    case 0xFE58:
    case 0xFE63: return '-';
    case 0x2044: return '/';
    default: return rune >= 0xFF01 && rune <= 0xFF5E ? plain_sign(rune - 0xFEE0) ? '\'' : (char)(rune - 0xFEE0) : 0;
    }
}

static void write_rune(Writer *w, Str bytes, uint32_t rune, uint32_t from, uint32_t to) {
    char sign = plain_sign(rune);
    switch (utf8_class(rune)) {
    case UTF8_CONTROL: break;
    case UTF8_SPACE: write_blank(w, from, to); break;
    default:
        if (rune == 0x2014 || rune == 0x2015) {
            write_blank(w, from, to);
            write_visible(w, S("-"), from, to);
            write_blank(w, from, to);
        } else if (rune == 0x2026)
            write_visible(w, S("..."), from, to);
        else
            write_visible(w, sign ? (Str){&sign, 1} : bytes, from, to);
    }
}

/* End of the segment at i: one character, and what follows up to the next of ASCII. */
static size_t segment_end(Str text, size_t i) {
    for (i++; i < text.n && (unsigned char)text.p[i] >= 0x80; i++) {}
    return i;
}

static AskNormal compose(Arena *arena, const Writer *in) {
    Str text = {in->p, in->n};
    if (utf8_nfc(arena, text).p == text.p) return (AskNormal){text, in->from, in->to};
    Writer out = writer_make(arena, in->n);
    for (size_t i = 0, end; i < text.n; i = end) {
        end = segment_end(text, i);
        Str segment = str_slice(text, i, end), composed = utf8_nfc(arena, segment);
        if (composed.p != segment.p)
            write_bytes(&out, composed, in->from[i], in->to[end - 1]);
        else
            for (size_t j = i; j < end; j++) write_bytes(&out, str_slice(text, j, j + 1), in->from[j], in->to[j]);
    }
    return (AskNormal){{out.p, out.n}, out.from, out.to};
}

ErrCode ask_normalise(Arena *arena, Str text, AskNormal *ret_normal, Err *err) {
    if (text.n > ASK_TEXT_MAX_BYTES)
        return err_set(err, ERR_TOO_LARGE, "the question is longer than %d bytes; ask something shorter",
                       ASK_TEXT_MAX_BYTES);
    size_t invalid = utf8_invalid_at(text);
    if (invalid < text.n)
        return err_set(err, ERR_INVALID, "the question is no UTF-8 at byte %zu; send it as UTF-8", invalid + 1);
    Writer w = writer_make(arena, text.n);
    for (size_t i = 0; i < text.n;) {
        uint32_t rune;
        size_t length = utf8_decode(str_slice(text, i, text.n), &rune);
        write_rune(&w, str_slice(text, i, i + length), rune, (uint32_t)i, (uint32_t)(i + length));
        i += length;
    }
    *ret_normal = compose(arena, &w);
    return ERR_OK;
}
