/*
 * Text -> tokens: one pass over characters. What a token is depends on its first character:
 *
 *   a letter   a word: letters, digits and marks ("q3", "fy2014", "c536379"); an ending behind an apostrophe is a word of its own
 *              ("car's": car + 's; "don't": do + n't, whose norm is "not")
 *   a digit    a number with thousands, decimals, a scale (1.5k), an ordinal's ending (3rd), a unit (30%, $5); letters that mean none
 *              of these are the next word ("64oz": 64 + oz). Two numbers with a point between them are one only if no third follows
 *              ("12.5" is a number, "12.03.2014" are three and two points)
 *   the rest   one character of punctuation each
 *
 * Tokens keep the places in the question, norms are made of the slices one by one: so places stay true where a form has other
 * lengths.
 */
#include "ask/ask_text.h"

#include <libstemmer.h>
#include <string.h>

typedef struct Lexer {
    Arena *arena;
    Str text;
    struct sb_stemmer *stemmer;
    AskToken *tokens;
    size_t n;
    bool is_full; /* more than ASK_MAX_TOKENS */
} Lexer;

enum { RUNE_NONE = 0 };

static void free_stemmer(struct sb_stemmer **stemmer) {
    sb_stemmer_delete(*stemmer);
}

/* ---- characters ----------------------------------------------------------------------------------------------------- */

/* The character at `at`, RUNE_NONE behind the end. */
static uint32_t rune_at(const Lexer *lexer, size_t at, size_t *ret_next) {
    uint32_t rune = RUNE_NONE;
    size_t length = at < lexer->text.n ? utf8_decode(str_slice(lexer->text, at, lexer->text.n), &rune) : 0;
    if (ret_next) *ret_next = at + length;
    return rune;
}

static bool is_digit(uint32_t rune) {
    return rune >= '0' && rune <= '9';
}

static bool is_digit_at(const Lexer *lexer, size_t at) {
    return is_digit(rune_at(lexer, at, NULL));
}

static bool is_space_at(const Lexer *lexer, size_t at) {
    return at >= lexer->text.n || utf8_class(rune_at(lexer, at, NULL)) == UTF8_SPACE;
}

/* What is written in several ways, in the one that keyboards have; an empty Str: is as it is. */
static Str plain_punctuation(uint32_t rune) {
    switch (rune) {
    case '`':
    case 0xB4:
    case 0x2BC:
    case 0x2018:
    case 0x2019:
    case 0x201B:
    case 0x2032: return S("'");
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212: return S("-");
    case 0xAB:
    case 0xBB:
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x2033: return S("\"");
    default: return (Str){0};
    }
}

static bool is_apostrophe(uint32_t rune) {
    return rune == '\'' || str_eq(plain_punctuation(rune), S("'"));
}

/* Where the run of letters (and digits, if wanted) from `at` on ends. */
static size_t word_end(const Lexer *lexer, size_t at, bool with_digits) {
    for (size_t next; at < lexer->text.n; at = next) {
        uint32_t rune = rune_at(lexer, at, &next);
        Utf8Class class = is_apostrophe(rune) ? UTF8_OTHER : utf8_class(rune);
        bool is_part = class == UTF8_LETTER || class == UTF8_FORMAT || (with_digits && class == UTF8_DIGIT);
        if (!is_part) break;
    }
    return at;
}

/* ---- tokens --------------------------------------------------------------------------------------------------------- */

static Str stem_of(Lexer *lexer, Str norm) {
    const sb_symbol *stem = sb_stemmer_stem(lexer->stemmer, (const sb_symbol *)norm.p, (int)norm.n);
    if (!stem) return norm;
    return arena_str(lexer->arena, (Str){(const char *)stem, (size_t)sb_stemmer_length(lexer->stemmer)});
}

static AskToken *add(Lexer *lexer, AskTokenKind kind, size_t from, size_t to, Str norm) {
    if (lexer->n == ASK_MAX_TOKENS) {
        lexer->is_full = true;
        return NULL;
    }
    AskToken *token = &lexer->tokens[lexer->n];
    bool is_joined = lexer->n && lexer->tokens[lexer->n - 1].to == from;
    *token = (AskToken){.text = str_slice(lexer->text, from, to),
                        .norm = norm,
                        .lemma = norm,
                        .stem = norm,
                        .kind = kind,
                        .is_joined = is_joined,
                        .from = from,
                        .to = to};
    lexer->n++;
    return token;
}

static void add_word(Lexer *lexer, size_t from, size_t to) {
    Str text = utf8_nfc(lexer->arena, str_slice(lexer->text, from, to));
    Str norm = utf8_fold(lexer->arena, text);
    if (!norm.n) return; /* nothing that can be seen */
    AskToken *token = add(lexer, ASK_TOKEN_WORD, from, to, norm);
    if (token) token->stem = stem_of(lexer, norm);
}

static void add_punctuation(Lexer *lexer, size_t from, size_t to) {
    Str norm = plain_punctuation(rune_at(lexer, from, NULL));
    if (!norm.n) norm = utf8_fold(lexer->arena, str_slice(lexer->text, from, to));
    add(lexer, ASK_TOKEN_PUNCT, from, to, norm);
}

/* ---- endings behind an apostrophe ----------------------------------------------------------------------------------- */

static const struct {
    Str ending;
    Str norm;
} ENDINGS[] = {
    {S_INIT("s"), S_INIT("'s")},   {S_INIT("d"), S_INIT("would")}, {S_INIT("m"), S_INIT("am")},
    {S_INIT("re"), S_INIT("are")}, {S_INIT("ve"), S_INIT("have")}, {S_INIT("ll"), S_INIT("will")},
};

/* What is left of "can't" and its like. */
static const struct {
    Str rest;
    Str norm;
} NEGATED[] = {{S_INIT("ca"), S_INIT("can")}, {S_INIT("wo"), S_INIT("will")}, {S_INIT("sha"), S_INIT("shall")}};

/* "isn't": the word before gives its n to "n't". */
static bool take_negation(Lexer *lexer, size_t to) {
    AskToken *word = &lexer->tokens[lexer->n - 1];
    Str rest = str_slice(word->norm, 0, word->norm.n - 1);
    bool is_negation =
        word->kind == ASK_TOKEN_WORD && word->norm.n == word->text.n && rest.n && word->norm.p[word->norm.n - 1] == 'n';
    if (!is_negation) return false;
    for (size_t i = 0; i < COUNT_OF(NEGATED); i++)
        if (str_eq(rest, NEGATED[i].rest)) rest = NEGATED[i].norm;
    word->text = str_slice(word->text, 0, word->text.n - 1);
    word->to--;
    word->norm = word->lemma = rest;
    word->stem = stem_of(lexer, rest);
    add(lexer, ASK_TOKEN_WORD, word->to, to, S("not"));
    return true;
}

/* The apostrophe at `at`, right behind a token; false: it is punctuation. */
static bool take_ending(Lexer *lexer, size_t at, size_t *ret_next) {
    size_t letters;
    rune_at(lexer, at, &letters);
    size_t end = word_end(lexer, letters, true);
    bool is_behind = lexer->n && lexer->tokens[lexer->n - 1].to == at &&
                     lexer->tokens[lexer->n - 1].kind != ASK_TOKEN_PUNCT && end > letters;
    if (!is_behind) return false;
    Str ending = str_slice(lexer->text, letters, end);
    *ret_next = end;
    if (str_eq_nocase(ending, S("t"))) return take_negation(lexer, end);
    for (size_t i = 0; i < COUNT_OF(ENDINGS); i++) {
        if (!str_eq_nocase(ending, ENDINGS[i].ending)) continue;
        add(lexer, ASK_TOKEN_WORD, at, end, ENDINGS[i].norm);
        return true;
    }
    return false;
}

/* ---- numbers -------------------------------------------------------------------------------------------------------- */

typedef struct Number {
    size_t end;
    double value;
    Str unit;
    bool is_ordinal;
    bool is_whole; /* no decimals */
} Number;

static size_t digits_end(const Lexer *lexer, size_t at) {
    while (is_digit_at(lexer, at)) at++;
    return at;
}

/* "1,000,000" */
static size_t thousands_end(const Lexer *lexer, size_t from, size_t at) {
    if (at - from > 3) return at;
    while (rune_at(lexer, at, NULL) == ',' && digits_end(lexer, at + 1) == at + 4) at += 4;
    return at;
}

/* A point and digits, unless a third number follows or one came before ("12.03.2014"). */
static size_t decimals_end(const Lexer *lexer, size_t from, size_t at) {
    bool is_second = from > 1 && lexer->text.p[from - 1] == '.' && is_digit((unsigned char)lexer->text.p[from - 2]);
    size_t end = digits_end(lexer, at + 1);
    bool is_third = rune_at(lexer, end, NULL) == '.' && is_digit_at(lexer, end + 1);
    return rune_at(lexer, at, NULL) != '.' || end == at + 1 || is_second || is_third ? at : end;
}

static bool read_value(const Lexer *lexer, size_t from, size_t to, double *ret_value) {
    Buf buf CLEANUP(buf_release);
    buf_init(&buf, ASK_MAX_BYTES);
    for (size_t i = from; i < to; i++)
        if (lexer->text.p[i] != ',') buf_add_char(&buf, lexer->text.p[i]);
    return str_to_double(buf_str(&buf), ret_value);
}

static const struct {
    Str letters;
    double factor; /* 0: the ending of an ordinal */
} SUFFIXES[] = {
    {S_INIT("st"), 0},  {S_INIT("nd"), 0},   {S_INIT("rd"), 0},  {S_INIT("th"), 0},   {S_INIT("k"), 1e3},
    {S_INIT("m"), 1e6}, {S_INIT("mn"), 1e6}, {S_INIT("b"), 1e9}, {S_INIT("bn"), 1e9},
};

static void take_suffix(const Lexer *lexer, Number *number) {
    size_t end = word_end(lexer, number->end, true);
    Str letters = str_slice(lexer->text, number->end, end);
    for (size_t i = 0; i < COUNT_OF(SUFFIXES); i++) {
        bool is_ordinal = SUFFIXES[i].factor == 0;
        if (!str_eq_nocase(letters, SUFFIXES[i].letters) || (is_ordinal && !number->is_whole)) continue;
        number->is_ordinal = is_ordinal;
        number->end = end;
        if (!is_ordinal) number->value *= SUFFIXES[i].factor;
    }
}

static Str currency(uint32_t rune) {
    switch (rune) {
    case '$': return S("$");
    case 0xA3: return S("£");
    case 0x20AC: return S("€");
    default: return (Str){0};
    }
}

/* "30%", "30 %", "3€", "3 €"; a dollar only before its number, and a unit that another number follows is that one's. */
static void take_unit(const Lexer *lexer, Number *number) {
    size_t at = number->end, end;
    if (rune_at(lexer, at, NULL) == ' ') at++;
    uint32_t rune = rune_at(lexer, at, &end);
    Str unit = rune == '%' ? S("%") : rune == '$' ? (Str){0} : currency(rune);
    if (!unit.n || is_digit_at(lexer, end)) return;
    number->unit = unit;
    number->end = end;
}

static bool read_number(const Lexer *lexer, size_t at, Number *number) {
    size_t end = digits_end(lexer, at);
    if (end > at) end = thousands_end(lexer, at, end);
    size_t whole_end = end;
    end = decimals_end(lexer, at, end);
    *number = (Number){.end = end, .is_whole = end == whole_end};
    if (end == at || !read_value(lexer, at, end, &number->value)) return false;
    take_suffix(lexer, number);
    return true;
}

/* A number at `at`, perhaps behind a currency ("$5,000", "$ 5"); false: there is none. */
static bool take_number(Lexer *lexer, size_t at, size_t *ret_next) {
    size_t digits = at, behind;
    Str unit = currency(rune_at(lexer, at, &behind));
    if (unit.n) digits = rune_at(lexer, behind, NULL) == ' ' ? behind + 1 : behind;
    bool is_point = rune_at(lexer, digits, NULL) == '.' && is_digit_at(lexer, digits + 1);
    bool may_begin_by_point = unit.n || at == 0 || is_space_at(lexer, at - 1);
    Number number;
    if (!is_digit_at(lexer, digits) && !(is_point && may_begin_by_point)) return false;
    if (!read_number(lexer, digits, &number)) return false;
    number.unit = unit;
    if (!unit.n && !number.is_ordinal) take_unit(lexer, &number);
    *ret_next = number.end;
    AskToken *token =
        add(lexer, ASK_TOKEN_NUMBER, at, number.end, utf8_fold(lexer->arena, str_slice(lexer->text, at, number.end)));
    if (!token) return true;
    token->number = number.value;
    token->unit = number.unit;
    token->is_ordinal = number.is_ordinal;
    return true;
}

/* ---- all ------------------------------------------------------------------------------------------------------------ */

/* Takes what begins at `at` and returns where it ends. */
static size_t take(Lexer *lexer, size_t at) {
    size_t next;
    uint32_t rune = rune_at(lexer, at, &next);
    size_t end = next;
    if (is_apostrophe(rune)) {
        if (take_ending(lexer, at, &end)) return end;
        add_punctuation(lexer, at, next);
        return next;
    }
    if (take_number(lexer, at, &end)) return end;
    switch (utf8_class(rune)) {
    case UTF8_SPACE:
    case UTF8_FORMAT: return next;
    case UTF8_OTHER: add_punctuation(lexer, at, next); return next;
    case UTF8_LETTER:
    case UTF8_DIGIT: break;
    }
    end = word_end(lexer, at, true);
    add_word(lexer, at, end);
    return end;
}

ErrCode ask_tokenize(Arena *arena, Str question, const AskToken **ret_tokens, size_t *ret_n, Err *err) {
    if (question.n > ASK_MAX_BYTES)
        return err_set(err, ERR_TOO_LARGE, "the question has %zu bytes, more than %d; ask for less at a time",
                       question.n, (int)ASK_MAX_BYTES);
    size_t invalid_at = utf8_invalid_at(question);
    if (invalid_at < question.n)
        return err_set(err, ERR_INVALID, "the question is no UTF-8 text: byte %zu is no part of a character",
                       invalid_at + 1);
    struct sb_stemmer *stemmer CLEANUP(free_stemmer) = sb_stemmer_new("english", NULL);
    if (!stemmer) return err_set(err, ERR_INTERNAL, "libstemmer has no stemmer for English");
    size_t most = MIN_OF(question.n, (size_t)ASK_MAX_TOKENS);
    Lexer lexer = {
        .arena = arena, .text = question, .stemmer = stemmer, .tokens = ARENA_ARRAY(arena, AskToken, most + 1)};
    for (size_t at = 0; at < question.n && !lexer.is_full;) at = take(&lexer, at);
    if (lexer.is_full)
        return err_set(err, ERR_TOO_LARGE, "the question has more than %d words; ask for less at a time",
                       (int)ASK_MAX_TOKENS);
    *ret_tokens = lexer.tokens;
    *ret_n = lexer.n;
    return ERR_OK;
}
