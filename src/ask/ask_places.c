/*
 * places.tsv: canonical name, kind, and other forms with | between them, a place a line; lines that begin with # are comments.
 *
 * Forms are compared by a key: without case, accents, dots and a leading "the". All of it is made once, when the file is read.
 */
#include "ask/ask_words_internal.h"

#include "base/base_utf8.h"
#include "base/base_vec.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES_MAX_BYTES = 1 << 20, KEY_BYTES_MAX = 96, CODE_BYTES_MAX = 3 };

/* Into `key`, which has room for KEY_BYTES_MAX; empty where nothing is left or it does not fit. */
static Str places_key(Str phrase, char *key) {
    size_t n = 0;
    for (size_t i = 0; i < phrase.n;) {
        uint32_t rune;
        i += utf8_decode(str_slice(phrase, i, phrase.n), &rune);
        rune = utf8_plain(rune);
        if (!rune || rune == '.') continue;
        if (n + 4 > KEY_BYTES_MAX) return (Str){0};
        n += utf8_encode(rune, key + n);
    }
    Str text = str_trim((Str){key, n});
    return str_starts(text, S("the ")) ? str_slice(text, 4, text.n) : text;
}

/* The phrase has the form as it is, dots apart. */
static bool is_cased(Str phrase, Str form) {
    char text[KEY_BYTES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < phrase.n && n < sizeof(text); i++)
        if (phrase.p[i] != '.') text[n++] = phrase.p[i];
    return str_find((Str){text, n}, form) >= 0;
}

static bool is_code(Str form) {
    bool is = form.n > 0 && form.n <= CODE_BYTES_MAX;
    for (size_t i = 0; i < form.n && is; i++) is = form.p[i] >= 'A' && form.p[i] <= 'Z';
    return is;
}

/* Forms of one key stand in the order of the file: their texts do, and all are slices of it. */
static int compare_forms(const void *a, const void *b) {
    const PlaceForm *fa = a, *fb = b;
    int order = str_cmp(fa->key, fb->key);
    return order ? order : (fa->form.p > fb->form.p) - (fa->form.p < fb->form.p);
}

/* One line. False where it is not as it should be. */
static bool read_place(Arena *arena, Str line, AskPlace *place) {
    VEC(Str) forms = {0};
    place->canonical = str_split_next(&line, '\t');
    place->kind = str_split_next(&line, '\t');
    VEC_PUSH(arena, &forms, place->canonical);
    while (line.p) VEC_PUSH(arena, &forms, str_split_next(&line, '|'));
    place->forms = forms.at;
    place->n_forms = forms.n;
    bool is_ok = place->kind.n > 0 && forms.n > 1;
    for (size_t i = 0; i < forms.n && is_ok; i++) {
        char key[KEY_BYTES_MAX];
        is_ok = utf8_is_valid(forms.at[i]) && str_find_char(forms.at[i], '.') < 0 && places_key(forms.at[i], key).n > 0;
    }
    return is_ok;
}

ErrCode places_open(Arena *arena, const char *path, PlaceTable *ret_table, Err *err) {
    Str text = {0};
    VEC(AskPlace) places = {0};
    VEC(PlaceForm) forms = {0};
    TRY(file_read(arena, path, PLACES_MAX_BYTES, &text, err));
    for (int number = 1; text.p; number++) {
        Str line = str_split_next(&text, '\n');
        AskPlace place = {0};
        if (line.n == 0 || line.p[0] == '#') continue;
        if (!read_place(arena, line, &place)) {
            err_ignore(err_set(err, ERR_CORRUPT,
                               "not a place: write its name, its kind and its other forms, with tabs between"));
            return err_at(err, str_of(path), number, 1);
        }
        VEC_PUSH(arena, &places, place);
    }
    for (size_t i = 0; i < places.n; i++) { /* now that the places stay where they are */
        for (size_t j = 0; j < places.at[i].n_forms; j++) {
            char key[KEY_BYTES_MAX];
            Str form = places.at[i].forms[j];
            VEC_PUSH(arena, &forms, (PlaceForm){arena_str(arena, places_key(form, key)), form, &places.at[i]});
        }
    }
    if (forms.n) qsort(forms.at, forms.n, sizeof(PlaceForm), compare_forms);
    *ret_table = (PlaceTable){places.at, places.n, forms.at, forms.n};
    return ERR_OK;
}

/* The first form whose key is not before `key`. */
static size_t first_form(const PlaceTable *table, Str key) {
    size_t from = 0, to = table->n_forms;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (str_cmp(table->forms[middle].key, key) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

size_t ask_places_find(const AskWords *words, Str phrase, AskPlaceMatch *out, size_t cap) {
    const PlaceTable *table = &words->places;
    char text[KEY_BYTES_MAX];
    Str key = places_key(phrase, text);
    size_t n = 0;
    if (!key.n) return 0;
    for (size_t i = first_form(table, key); i < table->n_forms && n < cap && str_eq(table->forms[i].key, key); i++) {
        const PlaceForm *form = &table->forms[i];
        out[n++] = (AskPlaceMatch){form->place, form->form, is_code(form->form), is_cased(phrase, form->form)};
    }
    return n;
}

size_t ask_places_count(const AskWords *words) {
    return words->places.n_places;
}

const AskPlace *ask_places_at(const AskWords *words, size_t i) {
    return &words->places.places[i];
}
