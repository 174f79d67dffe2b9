/*
 * YAML text -> tree, from libfyaml's events rather than its documents: the document builder's duplicate check is
 * quadratic, it loses the places of maps and lists, takes a second document in silence and expands aliases without a
 * limit. Events carry marks, show anchors, tags and aliases as they come, and can be stopped at the first thing we do
 * not take.
 *
 * Marks are 0-based, count characters and stand behind an opening quote; diagnostics are 1-based already. The library
 * reports, we copy: nothing of its memory outlives yaml_parse. Texts in single quotes are unquoted here, since
 * fy_token_get_text (0.7.12) leaks on one that holds several '' in a line.
 */
#include "model/model_yaml.h"

#include "model/model_expr_internal.h"

#include <libfyaml.h>
#include <string.h>

typedef struct Reader {
    Arena *arena;
    Str text;
    Str file;
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct fy_event *event; /* the current one; NULL at the end */
    ModelPlace place;       /* of the current event, or of the last one that had a mark */
    size_t n_nodes;
    int depth;
    Err *err;
} Reader;

static ErrCode read_node(Reader *r, Yaml *ret);

static void release(Reader *r) {
    if (r->event) fy_parser_event_free(r->parser, r->event);
    if (r->parser) fy_parser_destroy(r->parser);
    if (r->diag) fy_diag_destroy(r->diag);
}

/* ---- events --------------------------------------------------------------------------------------------------------- */

static ErrCode library_error(Reader *r) {
    void *iterator = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(r->diag, &iterator);
    if (!error || !error->msg) return expr_error(r->err, ERR_INVALID, r->place, "this is not valid YAML");
    ModelPlace place = {.file = r->file, .line = MAX_OF(error->line, 1), .column = MAX_OF(error->column, 1)};
    Str message = str_trim(str_of(error->msg));
    return expr_error(r->err, ERR_INVALID, place, "not valid YAML: %.*s", STR_ARG(message));
}

static ModelPlace place_of(const Reader *r, const struct fy_mark *mark) {
    if (!mark || mark->line < 0 || mark->column < 0) return r->place;
    return (ModelPlace){.file = r->file, .line = mark->line + 1, .column = mark->column + 1};
}

static ErrCode refuse(Reader *r, struct fy_token *token, const char *what) {
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    return expr_error(r->err, ERR_INVALID, place_of(r, mark), "%s are not allowed here; write the value out", what);
}

/* What packs do not use. */
static ErrCode refuse_features(Reader *r) {
    enum fy_event_type type = r->event->type;
    if (type == FYET_ALIAS) return refuse(r, NULL, "aliases (*name)");
    if (type != FYET_SCALAR && type != FYET_MAPPING_START && type != FYET_SEQUENCE_START) return ERR_OK;
    struct fy_token *anchor = fy_event_get_anchor_token(r->event), *tag = fy_event_get_tag_token(r->event);
    if (anchor) return refuse(r, anchor, "anchors (&name)");
    return tag ? refuse(r, tag, "tags (!name)") : ERR_OK;
}

static ErrCode next(Reader *r) {
    if (r->event) fy_parser_event_free(r->parser, r->event);
    r->event = fy_parser_parse(r->parser);
    if (!r->event || fy_diag_got_error(r->diag)) return library_error(r);
    r->place = place_of(r, fy_event_start_mark(r->event));
    return refuse_features(r);
}

/* ---- nodes ---------------------------------------------------------------------------------------------------------- */

static bool is_null_word(Str text) {
    return text.n == 0 || str_eq(text, S("~")) || str_eq(text, S("null")) || str_eq(text, S("Null")) ||
           str_eq(text, S("NULL"));
}

/* Between the quotes: '' is one, a line break with the blanks around it a space, n more of them n line breaks. */
static Str unquote(Reader *r, Str raw) {
    char *out = arena_alloc(r->arena, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n;) {
        char c = raw.p[i++];
        if (c == '\'' && i < raw.n) i++;
        if (c != '\n' && c != '\r') {
            out[n++] = c;
            continue;
        }
        while (n && (out[n - 1] == ' ' || out[n - 1] == '\t')) n--;
        int n_breaks = c == '\n' || !(i < raw.n && raw.p[i] == '\n');
        for (; i < raw.n && (raw.p[i] == ' ' || raw.p[i] == '\t' || raw.p[i] == '\n' || raw.p[i] == '\r'); i++)
            n_breaks += raw.p[i] == '\n' || (raw.p[i] == '\r' && !(i + 1 < raw.n && raw.p[i + 1] == '\n'));
        if (n_breaks == 1) out[n++] = ' ';
        for (int k = 1; k < n_breaks; k++) out[n++] = '\n';
    }
    return (Str){out, n};
}

static ErrCode scalar_text(Reader *r, struct fy_token *token, enum fy_scalar_style style, Str *ret) {
    if (style == FYSS_SINGLE_QUOTED) {
        const struct fy_mark *start = fy_token_start_mark(token), *end = fy_token_end_mark(token);
        bool is_between = start && end && start->input_pos > 0 && end->input_pos < r->text.n &&
                          r->text.p[start->input_pos - 1] == '\'' && r->text.p[end->input_pos] == '\'';
        if (!is_between) return err_set(r->err, ERR_INTERNAL, "a quoted text without its quotes");
        *ret = unquote(r, str_slice(r->text, start->input_pos, end->input_pos));
        return ERR_OK;
    }
    size_t n = 0;
    const char *p = token ? fy_token_get_text(token, &n) : "";
    if (!p) return library_error(r);
    *ret = arena_str(r->arena, (Str){p, n});
    return ERR_OK;
}

static ErrCode read_scalar(Reader *r, Yaml *ret) {
    struct fy_token *token = r->event->scalar.value;
    Yaml node = {.kind = YAML_SCALAR, .place = r->place};
    enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
    TRY(scalar_text(r, token, style, &node.text));
    node.is_quoted = style != FYSS_PLAIN && style != FYSS_ANY;
    if (!node.is_quoted && is_null_word(node.text)) node.kind = YAML_NULL;
    if (str_find_char(node.text, '\0') >= 0 || !utf8_is_valid(node.text)) /* by an escape: "\0" */
        return expr_error(r->err, ERR_INVALID, node.place,
                          "the text holds an escape for a character that no text may have");
    node.text = utf8_nfc(r->arena, node.text);
    *ret = node;
    return ERR_OK;
}

static ErrCode read_list(Reader *r, Yaml *ret) {
    VEC(Yaml) items = {0};
    Yaml node = {.kind = YAML_LIST, .place = r->place};
    for (;;) {
        TRY(next(r));
        if (r->event->type == FYET_SEQUENCE_END) break;
        Yaml item;
        TRY(read_node(r, &item));
        VEC_PUSH(r->arena, &items, item);
    }
    node.items = items.at;
    node.n = items.n;
    *ret = node;
    return ERR_OK;
}

/* Keys of a map so far: a list while there are few, for most maps are small. */
enum { FEW_KEYS = 16 };
typedef struct Keys {
    VEC(YamlPair) pairs;
    Map *places; /* key -> YamlPair, once there are FEW_KEYS */
} Keys;

static const YamlPair *find_key(Reader *r, Keys *keys, Str key) {
    if (keys->pairs.n >= FEW_KEYS) {
        if (!keys->places) keys->places = map_new(r->arena);
        for (size_t i = map_count(keys->places); i < keys->pairs.n; i++)
            (void)map_put(keys->places, keys->pairs.at[i].key,
                          arena_dup(r->arena, &keys->pairs.at[i], sizeof(YamlPair)));
        return map_get(keys->places, key);
    }
    for (size_t i = 0; i < keys->pairs.n; i++)
        if (str_eq(keys->pairs.at[i].key, key)) return &keys->pairs.at[i];
    return NULL;
}

static ErrCode check_key(Reader *r, Keys *keys, const Yaml *key, ModelPlace start) {
    if (key->kind != YAML_SCALAR)
        return expr_error(r->err, ERR_INVALID, key->place, "a key must be a plain word, not a list, a map or nothing");
    if (keys->pairs.n == YAML_MAX_KEYS)
        return expr_error(r->err, ERR_TOO_LARGE, start, "this map has more than %d keys", YAML_MAX_KEYS);
    const YamlPair *first = find_key(r, keys, key->text);
    if (!first) return ERR_OK;
    return expr_error(r->err, ERR_INVALID, key->place, "duplicate key '%.*s': it stands at line %d already",
                      STR_ARG(key->text), first->place.line);
}

static ErrCode read_map(Reader *r, Yaml *ret) {
    Keys keys = {0};
    Yaml node = {.kind = YAML_MAP, .place = r->place};
    for (;;) {
        Yaml key, *value;
        TRY(next(r));
        if (r->event->type == FYET_MAPPING_END) break;
        TRY(read_node(r, &key));
        TRY(check_key(r, &keys, &key, node.place));
        TRY(next(r));
        value = ARENA_NEW(r->arena, Yaml);
        TRY(read_node(r, value));
        VEC_PUSH(r->arena, &keys.pairs, (YamlPair){.key = key.text, .place = key.place, .value = value});
    }
    node.pairs = keys.pairs.at;
    node.n = keys.pairs.n;
    *ret = node;
    return ERR_OK;
}

/* The node that begins with the current event. */
static ErrCode read_node(Reader *r, Yaml *ret) {
    if (++r->n_nodes > YAML_MAX_NODES)
        return expr_error(r->err, ERR_TOO_LARGE, r->place, "the file has more than %d keys and values", YAML_MAX_NODES);
    if (++r->depth > YAML_MAX_DEPTH)
        return expr_error(r->err, ERR_TOO_LARGE, r->place, "maps and lists are nested more than %d deep",
                          YAML_MAX_DEPTH);
    switch (r->event->type) {
    case FYET_SCALAR: TRY(read_scalar(r, ret)); break;
    case FYET_SEQUENCE_START: TRY(read_list(r, ret)); break;
    case FYET_MAPPING_START: TRY(read_map(r, ret)); break;
    default: return expr_error(r->err, ERR_INVALID, r->place, "a value was expected here");
    }
    r->depth--;
    return ERR_OK;
}

/* ---- the document --------------------------------------------------------------------------------------------------- */

static ErrCode read_document(Reader *r, Yaml *ret) {
    Yaml root = {.kind = YAML_NULL, .place = r->place};
    TRY(next(r)); /* stream start */
    TRY(next(r));
    if (r->event->type == FYET_DOCUMENT_START) {
        TRY(next(r));
        if (r->event->type != FYET_DOCUMENT_END) {
            TRY(read_node(r, &root));
            TRY(next(r));
        }
        TRY(next(r));
        if (r->event->type == FYET_DOCUMENT_START)
            return expr_error(r->err, ERR_INVALID, r->place, "a second document begins here; the file must hold one");
    }
    *ret = root;
    return ERR_OK;
}

/* What the library would take and we do not: bytes that are no text. */
static ErrCode check_bytes(Str text, Str file, Err *err) {
    ModelPlace place = {.file = file, .line = 1, .column = 1};
    if (text.n > YAML_MAX_BYTES)
        return expr_error(err, ERR_TOO_LARGE, place, "the file has %zu bytes; at most %d are allowed", text.n,
                          YAML_MAX_BYTES);
    size_t bad = utf8_invalid_at(text);
    bool is_utf8 = bad == text.n;
    for (size_t i = 0; i < bad; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) bad = i;
    }
    if (bad == text.n) return ERR_OK;
    for (size_t i = 0; i < bad; i++) {
        if (text.p[i] == '\n') place.line++, place.column = 0;
        if (((unsigned char)text.p[i] & 0xC0) != 0x80) place.column++;
    }
    if (!is_utf8 && (unsigned char)text.p[bad] >= 0x80)
        return expr_error(err, ERR_INVALID, place, "this is not valid UTF-8; save the file as UTF-8");
    return expr_error(err, ERR_INVALID, place, "the control character U+%04X cannot stand in YAML",
                      (unsigned)text.p[bad]);
}

ErrCode yaml_parse(Arena *arena, Str text, Str file, const Yaml **ret_yaml, Err *err) {
    TRY(check_bytes(text, file, err));
    if (str_starts(text, S("\xEF\xBB\xBF"))) text = str_slice(text, 3, text.n);
    const struct fy_diag_cfg diag_cfg = {.level = FYET_ERROR, .module_mask = ~0u};
    Reader r CLEANUP(release) = {.arena = arena, .text = text, .file = arena_str(arena, file), .err = err};
    r.place = (ModelPlace){.file = r.file, .line = 1, .column = 1};
    r.diag = fy_diag_create(&diag_cfg);
    if (!r.diag) return err_set(err, ERR_INTERNAL, "the YAML reader did not start");
    fy_diag_set_collect_errors(r.diag, true);
    const struct fy_parse_cfg cfg = {
        .search_path = "", .flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2, .diag = r.diag};
    r.parser = fy_parser_create(&cfg);
    if (!r.parser || fy_parser_set_string(r.parser, text.n ? text.p : "", text.n))
        return err_set(err, ERR_INTERNAL, "the YAML reader did not start");
    Yaml *root = ARENA_NEW(arena, Yaml);
    TRY(read_document(&r, root));
    *ret_yaml = root;
    return ERR_OK;
}

const Yaml *yaml_get(const Yaml *map, Str key) {
    if (!map || map->kind != YAML_MAP) return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (str_eq(map->pairs[i].key, key)) return map->pairs[i].value;
    return NULL;
}
