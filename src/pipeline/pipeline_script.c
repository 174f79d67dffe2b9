/*
 * An SQL script cut into statements, as DuckDB's lexer would (it is PostgreSQL's): a semicolon ends one unless it stands in
 * 'text', e'text', "a name", $tag$text$tag$, a -- comment or a nested comment. What is not closed goes on to the end, and the engine then says
 * what it misses.
 */
#include "pipeline/pipeline_internal.h"

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

static size_t after_quoted(Str s, size_t at, char quote, bool has_escapes) {
    for (size_t i = at + 1; i < s.n; i++) {
        if (has_escapes && s.p[i] == '\\')
            i++;
        else if (s.p[i] == quote)
            return i + 1; /* of a doubled one the second begins another text, which comes to the same */
    }
    return s.n;
}

static size_t after_line(Str s, size_t at) {
    ptrdiff_t end = str_find_char(str_slice(s, at, s.n), '\n');
    return end < 0 ? s.n : at + (size_t)end;
}

static size_t after_comment(Str s, size_t at) {
    int depth = 0;
    for (size_t i = at; i + 1 < s.n; i++) {
        bool is_open = s.p[i] == '/' && s.p[i + 1] == '*', is_close = s.p[i] == '*' && s.p[i + 1] == '/';
        if (!is_open && !is_close) continue;
        depth += is_open ? 1 : -1;
        if (!depth) return i + 2;
        i++;
    }
    return s.n;
}

/* $$text$$ or $tag$text$tag$; a lone $ is passed over. */
static size_t after_dollar(Str s, size_t at) {
    size_t end = at + 1;
    while (end < s.n && is_word(s.p[end])) end++;
    bool is_tag = end < s.n && s.p[end] == '$' && !(end > at + 1 && s.p[at + 1] >= '0' && s.p[at + 1] <= '9');
    if (!is_tag) return at + 1;
    Str tag = str_slice(s, at, end + 1);
    ptrdiff_t close = str_find(str_slice(s, end + 1, s.n), tag);
    return close < 0 ? s.n : end + 1 + (size_t)close + tag.n;
}

/* Behind the comment, text or character that begins at `at`. */
static size_t after_token(Str s, size_t at) {
    char c = s.p[at], next = at + 1 < s.n ? s.p[at + 1] : 0;
    bool is_inner = at > 0 && is_word(s.p[at - 1]); /* within or right behind a word */
    if (c == '-' && next == '-') return after_line(s, at);
    if (c == '/' && next == '*') return after_comment(s, at);
    if (c == '$' && !is_inner) return after_dollar(s, at);
    if ((c == 'e' || c == 'E') && next == '\'' && !is_inner) return after_quoted(s, at + 1, '\'', true);
    if (c == '\'' || c == '"') return after_quoted(s, at, c, false);
    return at + 1;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* Whether what begins there is no part of a statement. */
static bool is_between(Str s, size_t at) {
    Str rest = str_slice(s, at, s.n);
    return is_space(s.p[at]) || s.p[at] == ';' || str_starts(rest, S("--")) || str_starts(rest, S("/*"));
}

Script pipeline_script(Str text) {
    return (Script){.text = text, .next_line = 1};
}

static void advance(Script *script, size_t to) {
    for (; script->at < to; script->at++) script->next_line += script->text.p[script->at] == '\n';
}

bool pipeline_script_next(Script *script, Str *ret_statement) {
    Str s = script->text;
    while (script->at < s.n && is_between(s, script->at)) advance(script, after_token(s, script->at));
    if (script->at >= s.n) return false;
    size_t start = script->at, end = start;
    script->line = script->next_line;
    while (end < s.n && s.p[end] != ';') end = after_token(s, end);
    advance(script, end);
    *ret_statement = str_slice(s, start, end);
    return true;
}
