/* Words: lists, plurals, numbers, values. */
#include <math.h>
#include <stdio.h>

#include "ask/ask_say.h"

Str say_list(Arena *arena, const Str *items, size_t n, const char *last) {
    Str all = {0};
    for (size_t i = 0; i < n; i++)
        all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), !i ? "" : i + 1 == n ? last : ", ", STR_ARG(items[i]));
    return all;
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

Str say_lower(Arena *arena, Str title) {
    bool is_word = title.n && is_upper(title.p[0]) && (title.n == 1 || !is_upper(title.p[1]));
    if (!is_word) return title;
    return arena_printf(arena, "%c%.*s", title.p[0] - 'A' + 'a', (int)(title.n - 1), title.p + 1);
}

Str say_capital(Arena *arena, Str words) {
    if (!words.n || words.p[0] < 'a' || words.p[0] > 'z') return words;
    return arena_printf(arena, "%c%.*s", words.p[0] - 'a' + 'A', (int)(words.n - 1), words.p + 1);
}

bool say_is_plural(Str words) {
    return words.n > 1 && words.p[words.n - 1] == 's' && words.p[words.n - 2] != 's' && words.p[words.n - 2] != 'u';
}

Str say_verb(Arena *arena, Str subject, const char *verb) {
    Str words = str_of(verb);
    bool is_many = say_is_plural(subject) && str_find(subject, S(" of ")) < 0 && str_starts(words, S("is "));
    return is_many ? arena_printf(arena, "are %s", verb + 3) : words;
}

static const char *const HISS[] = {"s", "x", "z", "ch", "sh"};

Str say_singular(Arena *arena, Str words) {
    if (!say_is_plural(words) || !str_ends(words, S("s"))) return words;
    if (str_ends(words, S("ies"))) return arena_printf(arena, "%.*sy", (int)(words.n - 3), words.p);
    Str stem = str_slice(words, 0, words.n - 2);
    for (size_t i = 0; i < COUNT_OF(HISS) && str_ends(words, S("es")); i++)
        if (str_ends(stem, str_of(HISS[i]))) return stem;
    return str_slice(words, 0, words.n - 1);
}

Str say_plural(Arena *arena, Str words) {
    ptrdiff_t of = str_find(words, S(" of "));
    if (of > 0) { /* "hours of day" */
        Str head = say_plural(arena, str_slice(words, 0, (size_t)of));
        return arena_printf(arena, "%.*s%.*s", STR_ARG(head), STR_ARG(str_slice(words, (size_t)of, words.n)));
    }
    if (!words.n || say_is_plural(words)) return words;
    char last = words.p[words.n - 1], before = words.n > 1 ? words.p[words.n - 2] : 'a';
    bool is_vowel = before == 'a' || before == 'e' || before == 'i' || before == 'o' || before == 'u';
    if (last == 'y' && !is_vowel) return arena_printf(arena, "%.*sies", (int)(words.n - 1), words.p);
    for (size_t i = 0; i < COUNT_OF(HISS); i++)
        if (str_ends(words, str_of(HISS[i]))) return arena_printf(arena, "%.*ses", STR_ARG(words));
    return arena_printf(arena, "%.*ss", STR_ARG(words));
}

Str say_number(Arena *arena, double number) {
    if (number != floor(number) || fabs(number) >= 1e15) return arena_printf(arena, "%.10g", number);
    Str digits = arena_printf(arena, "%.0f", fabs(number)), all = {0};
    for (size_t i = 0; i < digits.n; i++) {
        bool is_break = i && (digits.n - i) % 3 == 0;
        all = arena_printf(arena, "%.*s%s%c", STR_ARG(all), is_break ? "," : "", digits.p[i]);
    }
    return number < 0 ? arena_printf(arena, "-%.*s", STR_ARG(all)) : all;
}

static bool has_word(Str text, Str word) {
    Str rest = text;
    while (rest.p) {
        Str next = str_split_next(&rest, ' ');
        if (str_eq_nocase(next, word)) return true;
    }
    return false;
}

Str say_text(Arena *arena, Str text) {
    bool is_plain = text.n && str_find(text, S(",")) < 0 && str_trim(text).n == text.n && !has_word(text, S("and")) &&
                    !has_word(text, S("or"));
    return is_plain ? text : arena_printf(arena, "\"%.*s\"", STR_ARG(text));
}

Str say_place(Arena *arena, int64_t place) {
    static const char *const PLACES[] = {"",       "",         "second ", "third ", "fourth ", "fifth ",
                                         "sixth ", "seventh ", "eighth ", "ninth ", "tenth "};
    static const char *const ENDS[] = {"th", "st", "nd", "rd"};
    if (place < (int64_t)COUNT_OF(PLACES)) return str_of(PLACES[place]);
    int64_t last = place % 10, is_teen = place / 10 % 10 == 1;
    return arena_printf(arena, "%" PRId64 "%s ", place, ENDS[last < 4 && !is_teen ? last : 0]);
}
