/*
 * The tokeniser: one pass over normalised text, a character's class deciding what begins. What a token is made of is told in ask_text.h.
 *
 * A hyphen, underscore or apostrophe right between two words or numbers is no token: the next one has it as its `join`.
 */
#include "ask/ask_text.h"

#include "base/base_utf8.h"
#include "base/base_vec.h"

#include <string.h>

typedef struct Lexer {
    const AskWords *words;
    Arena *arena;
    Str original;
    AskNormal normal;
    Str s; /* normal.text */
    size_t at;
    char join;
    VEC(AskToken) tokens;
} Lexer;

static bool is_digit_at(const Lexer *x, size_t i) {
    return i < x->s.n && x->s.p[i] >= '0' && x->s.p[i] <= '9';
}

static bool is_char_at(const Lexer *x, size_t i, char c) {
    return i < x->s.n && x->s.p[i] == c;
}

/* Length of the word character at i; 0 where there is none. */
static size_t word_rune_at(const Lexer *x, size_t i) {
    uint32_t rune;
    if (i >= x->s.n) return 0;
    size_t length = utf8_decode(str_slice(x->s, i, x->s.n), &rune);
    return utf8_class(rune) == UTF8_WORD ? length : 0;
}

static size_t word_end(const Lexer *x, size_t i) {
    for (size_t length; (length = word_rune_at(x, i)) > 0;) i += length;
    return i;
}

/* The token before ends right here. */
static bool is_glued(const Lexer *x) {
    return x->at > 0 && x->s.p[x->at - 1] != ' ';
}

static const AskToken *token_before(const Lexer *x) {
    return x->tokens.n ? &x->tokens.at[x->tokens.n - 1] : NULL;
}

/* --- Tokens --------------------------------------------------------------------------------------------------------- */

/* Appends x->at … end as a token and moves on to its end. */
static AskToken *push(Lexer *x, AskTokenKind kind, size_t end, Str norm) {
    uint32_t from = x->normal.from[x->at], to = x->normal.to[end - 1];
    AskToken token = {.kind = kind, .from = from, .to = to, .join = x->join, .text = str_slice(x->original, from, to)};
    token.norm = norm.n ? norm : str_slice(x->s, x->at, end);
    token.lemma = token.stem = token.norm;
    token.has_space = !x->join && !is_glued(x);
    if (kind == ASK_WORD) {
        token.lemma = ask_lemma(x->words, token.norm, ASK_ANY_PART);
        token.stem = ask_stem(x->arena, token.norm);
    }
    x->at = end;
    x->join = 0;
    VEC_PUSH(x->arena, &x->tokens, token);
    return &x->tokens.at[x->tokens.n - 1];
}

static AskToken *push_folded(Lexer *x, AskTokenKind kind, size_t end) {
    return push(x, kind, end, utf8_fold(x->arena, str_slice(x->s, x->at, end)));
}

/* --- Words ---------------------------------------------------------------------------------------------------------- */

static const struct {
    Str written, norm; /* after the apostrophe */
} CONTRACTIONS[] = {
    {S_INIT("s"), S_INIT("'s")},    {S_INIT("re"), S_INIT("are")},  {S_INIT("ve"), S_INIT("have")},
    {S_INIT("ll"), S_INIT("will")}, {S_INIT("d"), S_INIT("would")}, {S_INIT("m"), S_INIT("am")},
};

static const struct {
    Str written, norm; /* before "n't" */
} NEGATED[] = {{S_INIT("ca"), S_INIT("can")}, {S_INIT("wo"), S_INIT("will")}, {S_INIT("sha"), S_INIT("shall")}};

/* "don't" at x->at, its apostrophe at `end`. */
static void push_negated(Lexer *x, size_t end) {
    Str base = utf8_fold(x->arena, str_slice(x->s, x->at, end - 1));
    for (size_t i = 0; i < COUNT_OF(NEGATED); i++)
        if (str_eq(base, NEGATED[i].written)) base = NEGATED[i].norm;
    push(x, ASK_WORD, end - 1, base);
    x->join = '\'';
    push(x, ASK_WORD, end + 2, S("not"));
}

/* The apostrophe at x->at begins what is left of a word ('s, 'll): pushed, if so. */
static bool lex_contraction(Lexer *x) {
    Str rest = str_slice(x->s, x->at + 1, word_end(x, x->at + 1));
    for (size_t i = 0; i < COUNT_OF(CONTRACTIONS); i++) {
        if (!str_eq_nocase(rest, CONTRACTIONS[i].written)) continue;
        x->join = '\'';
        push(x, ASK_WORD, x->at + 1 + rest.n, CONTRACTIONS[i].norm);
        return true;
    }
    return false;
}

static bool is_ascii_letter_at(const Lexer *x, size_t i) {
    return i < x->s.n && (x->s.p[i] | 0x20) >= 'a' && (x->s.p[i] | 0x20) <= 'z';
}

/* End of an abbreviation such as U.S. or a.m at x->at; 0 where there is none. */
static size_t abbreviation_end(const Lexer *x) {
    size_t i = x->at, n_letters = 0;
    for (; is_ascii_letter_at(x, i) && !word_rune_at(x, i + 1); i += 2, n_letters++)
        if (!is_char_at(x, i + 1, '.')) return n_letters ? i + 1 : 0;
    return n_letters > 1 && !word_rune_at(x, i) ? i : 0;
}

static void push_abbreviation(Lexer *x, size_t end) {
    char *letters = arena_alloc(x->arena, end - x->at);
    size_t n = 0;
    for (size_t i = x->at; i < end; i += 2) letters[n++] = (char)(x->s.p[i] | 0x20);
    push(x, ASK_WORD, end, (Str){letters, n});
}

static void lex_word(Lexer *x) {
    size_t end = abbreviation_end(x);
    if (end) {
        push_abbreviation(x, end);
        return;
    }
    end = word_end(x, x->at);
    bool is_negated = is_char_at(x, end, '\'') && (x->s.p[end - 1] | 0x20) == 'n' && end - x->at > 1 &&
                      is_char_at(x, end + 1, 't') && !word_rune_at(x, end + 2);
    if (is_negated)
        push_negated(x, end);
    else
        push_folded(x, ASK_WORD, end);
}

/* --- Numbers -------------------------------------------------------------------------------------------------------- */

static const struct {
    Str suffix;
    const char *exponent;
} SCALES[] = {
    {S_INIT("k"), "e3"}, {S_INIT("m"), "e6"}, {S_INIT("mn"), "e6"}, {S_INIT("b"), "e9"}, {S_INIT("bn"), "e9"}};

static const Str ORDINALS[] = {S_INIT("st"), S_INIT("nd"), S_INIT("rd"), S_INIT("th")};
static const Str CURRENCIES[] = {S_INIT("$"), S_INIT("€"), S_INIT("£"), S_INIT("¥"), S_INIT("₹")};

/* The currency sign at i; empty where there is none. */
static Str currency_at(const Lexer *x, size_t i) {
    for (size_t k = 0; k < COUNT_OF(CURRENCIES); k++)
        if (str_starts(str_slice(x->s, i, x->s.n), CURRENCIES[k])) return CURRENCIES[k];
    return (Str){0};
}

/* The parts of a number as they stand in the text. */
typedef struct NumberText {
    bool is_negative, is_grouped;
    Str currency;
    size_t digits, digits_end; /* commas among them */
    size_t fraction_end;       /* digits_end where there is none */
} NumberText;

static size_t digits_end(const Lexer *x, size_t i) {
    while (is_digit_at(x, i)) i++;
    return i;
}

/* 1,000,000: one to three digits, then commas with three each. Otherwise the end of the first digits. */
static size_t grouped_end(const Lexer *x, size_t i) {
    size_t first = digits_end(x, i), end = first;
    if (first - i > 3 || first == i) return first;
    while (is_char_at(x, end, ',') && digits_end(x, end + 1) == end + 4) end += 4;
    return end;
}

/* Reads a number at x->at; false where none begins. Dotted chains such as 05.01.2013 have no fractions. */
static bool scan_number(const Lexer *x, NumberText *ret_number) {
    NumberText number = {0};
    size_t i = x->at;
    const AskToken *before = token_before(x);
    bool may_be_signed =
        !x->join && (!before || before->kind == ASK_PUNCT || (before->kind == ASK_WORD && !is_glued(x)));
    if (may_be_signed && is_char_at(x, i, '-')) number.is_negative = true, i++;
    number.currency = currency_at(x, i);
    i += number.currency.n;
    bool is_in_chain = x->at >= 2 && x->s.p[x->at - 1] == '.' && is_digit_at(x, x->at - 2);
    number.digits = i;
    number.digits_end = number.fraction_end = grouped_end(x, i);
    number.is_grouped = number.digits_end != digits_end(x, i);
    if (is_char_at(x, number.digits_end, '.') && is_digit_at(x, number.digits_end + 1) && !is_in_chain) {
        size_t end = digits_end(x, number.digits_end + 1);
        bool is_bare = number.digits_end == i; /* .5 */
        bool is_chain = is_char_at(x, end, '.') && is_digit_at(x, end + 1);
        if (!is_chain && (!is_bare || !is_glued(x) || number.currency.n)) number.fraction_end = end;
    }
    *ret_number = number;
    return number.fraction_end > number.digits;
}

/* Its value, `exponent` added; false where it is larger than any double. */
static bool number_value(const Lexer *x, const NumberText *number, const char *exponent, double *ret_value) {
    char *text = arena_alloc(x->arena, number->fraction_end - number->digits + 8);
    size_t n = 0;
    if (number->is_negative) text[n++] = '-';
    if (number->digits == number->digits_end) text[n++] = '0';
    for (size_t i = number->digits; i < number->fraction_end; i++)
        if (x->s.p[i] != ',') text[n++] = x->s.p[i];
    for (const char *e = exponent; *e; e++) text[n++] = *e;
    return str_to_double((Str){text, n}, ret_value);
}

static const char *scale_of(Str suffix) {
    for (size_t i = 0; i < COUNT_OF(SCALES); i++)
        if (str_eq_nocase(suffix, SCALES[i].suffix)) return SCALES[i].exponent;
    return NULL;
}

static bool is_ordinal_suffix(Str suffix) {
    bool is = false;
    for (size_t i = 0; i < COUNT_OF(ORDINALS) && !is; i++) is = str_eq_nocase(suffix, ORDINALS[i]);
    return is;
}

/* The sign of a part in a hundred, or of a currency, after a number that ends at `end`; the new end. */
static size_t number_sign(const Lexer *x, size_t end, AskNumber *number) {
    size_t sign = end + (is_char_at(x, end, ' ') && is_char_at(x, end + 1, '%'));
    if (is_char_at(x, sign, '%')) {
        number->is_percent = true;
        return sign + 1;
    }
    Str currency = number->currency.n ? (Str){0} : currency_at(x, end);
    if (!currency.n || is_digit_at(x, end + currency.n)) return end;
    number->currency = currency;
    return end + currency.n;
}

/* False where what stands here is no number after all: a word such as 85123a, or too large. */
static bool lex_number(Lexer *x) {
    NumberText text;
    if (!scan_number(x, &text)) return false;
    size_t end = text.fraction_end;
    bool is_whole = end == text.digits_end, is_counted = is_whole && !text.is_negative && !text.currency.n;
    Str suffix = str_slice(x->s, end, word_end(x, end));
    const char *scale = scale_of(suffix);
    AskNumber number = {
        .currency = text.currency, .is_scaled = scale != NULL, .n_digits = (int)(text.digits_end - text.digits)};
    number.is_ordinal = is_counted && is_ordinal_suffix(suffix);
    number.is_whole = is_whole && !scale;
    if (!number_value(x, &text, scale ? scale : "", &number.value)) return false;
    if (scale || number.is_ordinal)
        end += suffix.n;
    else if (suffix.n && is_counted && !text.is_grouped) {
        size_t first = x->tokens.n;
        lex_word(x);
        x->tokens.at[first].number = number;
        return true;
    }
    if (!number.is_ordinal && (scale || !suffix.n)) end = number_sign(x, end, &number);
    push_folded(x, ASK_NUMBER, end)->number = number;
    return true;
}

/* --- The walk ------------------------------------------------------------------------------------------------------- */

/* A sign between two words or numbers, with nothing else between them. */
static bool is_join(const Lexer *x) {
    char c = x->s.p[x->at];
    const AskToken *before = token_before(x);
    if ((c != '-' && c != '_' && c != '\'') || x->join || !is_glued(x) || !before || before->kind == ASK_PUNCT)
        return false;
    return word_rune_at(x, x->at + 1) || (c == '-' && currency_at(x, x->at + 1).n);
}

static void lex_one(Lexer *x) {
    uint32_t rune;
    if (x->s.p[x->at] == ' ') {
        x->at++;
    } else if (is_join(x)) {
        if (x->s.p[x->at] != '\'' || !lex_contraction(x)) x->join = x->s.p[x->at++];
    } else if (lex_number(x)) {
        return;
    } else if (word_rune_at(x, x->at)) {
        lex_word(x);
    } else {
        size_t length = utf8_decode(str_slice(x->s, x->at, x->s.n), &rune);
        push_folded(x, ASK_PUNCT, x->at + length);
    }
}

ErrCode ask_tokenise(const AskWords *words, Arena *arena, Str text, AskTokens *ret_tokens, Err *err) {
    Lexer x = {.words = words, .arena = arena, .original = text};
    TRY(ask_normalise(arena, text, &x.normal, err));
    x.s = x.normal.text;
    while (x.at < x.s.n && x.tokens.n <= ASK_TOKENS_MAX) lex_one(&x);
    if (x.tokens.n > ASK_TOKENS_MAX)
        return err_set(err, ERR_TOO_LARGE, "the question has more than %d words and signs; ask something shorter",
                       ASK_TOKENS_MAX);
    *ret_tokens = (AskTokens){x.tokens.at, x.tokens.n};
    return ERR_OK;
}
