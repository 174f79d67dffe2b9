/*
 * The lexer of the expression language. It keeps the place as it goes, in characters, so that every token and node
 * knows where it stands in the person's file. Texts and quoted names are brought to NFC, since values are compared
 * binary.
 */
#include "model/model_expr_internal.h"

#include <stdio.h>

static const char *const KEYWORDS[] = {"and", "between", "case", "distinct", "else", "end",  "false", "in",
                                       "is",  "not",     "null", "or",       "then", "true", "when",  "where"};

static bool is_listed(Str word, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(word, str_of(list[i]))) return true;
    return false;
}

bool expr_is_keyword(Str word) {
    return is_listed(word, KEYWORDS, COUNT_OF(KEYWORDS));
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word(char c) {
    return is_word_start(c) || is_digit(c);
}

bool expr_is_bare_name(Str name) {
    if (name.n == 0 || !is_word_start(*name.p) || expr_is_keyword(name)) return false;
    for (size_t i = 1; i < name.n; i++)
        if (!is_word(name.p[i])) return false;
    return true;
}

ErrCode expr_error(Err *err, ErrCode code, ModelPlace place, const char *format, ...) {
    if (!err) return code;
    char text[ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    if (vsnprintf(text, sizeof(text), format, args) < 0) text[0] = '\0';
    va_end(args);
    (void)err_set(err, code, "%s", text);
    (void)err_at(err, place.file, place.line, place.column);
    return code;
}

static void advance(ExprLexer *lexer, size_t n_bytes) {
    for (size_t i = 0; i < n_bytes; i++) {
        unsigned char c = (unsigned char)lexer->text.p[lexer->at++];
        if (c == '\n' && lexer->place.line > 0) {
            lexer->place.line++;
            lexer->place.column = 1;
        } else if ((c & 0xC0) != 0x80) {
            lexer->place.column++;
        }
    }
}

static Str rest_of(const ExprLexer *lexer) {
    return str_slice(lexer->text, lexer->at, lexer->text.n);
}

/* '…' or "…", the quote doubled inside. */
static ErrCode lex_quoted(ExprLexer *lexer, ExprToken *token, Err *err) {
    Str rest = rest_of(lexer);
    char quote = *rest.p;
    char *out = arena_alloc(lexer->arena, rest.n);
    size_t n = 0, i = 1;
    for (;; i++) {
        if (i >= rest.n)
            return expr_error(err, ERR_INVALID, token->place, "%s begins here but has no closing %c",
                              quote == '\'' ? "a text" : "a quoted name", quote);
        if (rest.p[i] == quote) {
            if (i + 1 >= rest.n || rest.p[i + 1] != quote) break;
            i++;
        }
        out[n++] = rest.p[i];
    }
    if (quote == '"' && n == 0) return expr_error(err, ERR_INVALID, token->place, "a name in quotes is empty");
    token->kind = quote == '\'' ? EXPR_TOKEN_TEXT : EXPR_TOKEN_QUOTED;
    token->text = utf8_nfc(lexer->arena, (Str){out, n});
    advance(lexer, i + 1);
    return ERR_OK;
}

/* 12, 1.5, .5 is refused (a name's dot), 1e6. */
static ErrCode lex_number(ExprLexer *lexer, ExprToken *token, Err *err) {
    Str rest = rest_of(lexer);
    size_t i = 0;
    while (i < rest.n && is_digit(rest.p[i])) i++;
    if (i + 1 < rest.n && rest.p[i] == '.' && is_digit(rest.p[i + 1])) {
        i++;
        while (i < rest.n && is_digit(rest.p[i])) i++;
    }
    if (i < rest.n && (rest.p[i] == 'e' || rest.p[i] == 'E')) {
        size_t j = i + 1;
        if (j < rest.n && (rest.p[j] == '+' || rest.p[j] == '-')) j++;
        if (j < rest.n && is_digit(rest.p[j])) {
            while (j < rest.n && is_digit(rest.p[j])) j++;
            i = j;
        }
    }
    if (i < rest.n && (is_word(rest.p[i]) || rest.p[i] == '.')) {
        while (i < rest.n && (is_word(rest.p[i]) || rest.p[i] == '.')) i++;
        return expr_error(err, ERR_INVALID, token->place,
                          "'%.*s' is not a number; write a name that starts with a digit in double quotes",
                          STR_ARG(str_slice(rest, 0, i)));
    }
    token->kind = EXPR_TOKEN_NUMBER;
    token->text = str_slice(rest, 0, i);
    advance(lexer, i);
    return ERR_OK;
}

static ErrCode lex_sign(ExprLexer *lexer, ExprToken *token, Err *err) {
    static const char *const signs[] = {"<=", ">=", "<>", "!=", "||", "(", ")", ",",
                                        ".",  "+",  "-",  "*",  "/",  "=", "<", ">"};
    Str rest = rest_of(lexer);
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        Str sign = str_of(signs[i]);
        if (!str_starts(rest, sign)) continue;
        token->kind = EXPR_TOKEN_SIGN;
        token->text = sign;
        advance(lexer, sign.n);
        return ERR_OK;
    }
    uint32_t rune = 0;
    Str found = str_slice(rest, 0, utf8_decode(rest, &rune));
    if ((unsigned char)*found.p < 0x20 || *found.p == 0x7F)
        return expr_error(err, ERR_INVALID, token->place, "an expression cannot hold the control character U+%04X",
                          (unsigned)rune);
    return expr_error(err, ERR_INVALID, token->place, "'%.*s' has no meaning in an expression%s", STR_ARG(found),
                      *found.p == ';' || *found.p == '`' || *found.p == '['
                          ? "; it holds one formula, names in double quotes"
                      : rune > 0x7F ? "; write a name with such letters in double quotes"
                                    : "");
}

ErrCode expr_lex_next(ExprLexer *lexer, ExprToken *ret_token, Err *err) {
    while (lexer->at < lexer->text.n && (lexer->text.p[lexer->at] == ' ' || lexer->text.p[lexer->at] == '\n' ||
                                         lexer->text.p[lexer->at] == '\t' || lexer->text.p[lexer->at] == '\r'))
        advance(lexer, 1);
    ExprToken token = {.kind = EXPR_TOKEN_END, .place = lexer->place};
    if (lexer->at < lexer->text.n) {
        char c = lexer->text.p[lexer->at];
        if (c == '\'' || c == '"') {
            TRY(lex_quoted(lexer, &token, err));
        } else if (is_digit(c)) {
            TRY(lex_number(lexer, &token, err));
        } else if (is_word_start(c)) {
            size_t i = lexer->at;
            while (i < lexer->text.n && is_word(lexer->text.p[i])) i++;
            token.kind = EXPR_TOKEN_WORD;
            token.text = str_slice(lexer->text, lexer->at, i);
            advance(lexer, i - lexer->at);
        } else {
            TRY(lex_sign(lexer, &token, err));
        }
    }
    *ret_token = token;
    return ERR_OK;
}

void expr_lex_skip(ExprLexer *lexer) {
    Str rest = rest_of(lexer);
    uint32_t rune;
    if (rest.n == 0) return;
    bool is_quote = *rest.p == '\'' || *rest.p == '"';
    size_t n = utf8_decode(rest, &rune);
    if (is_digit(*rest.p))
        while (n < rest.n && (is_word(rest.p[n]) || rest.p[n] == '.')) n++;
    if (is_quote) n = str_starts(rest, S("\"\"")) ? 2 : rest.n;
    advance(lexer, n);
}
