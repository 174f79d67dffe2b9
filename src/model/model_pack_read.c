/*
 * The pack reader's tools: findings, shapes of values, names, labels. Shapes are reported once, by pack_check; what
 * reads a value afterwards takes the default for one of a wrong shape and says nothing.
 */
#include "model/model_pack_internal.h"

#include "model/model_expr_internal.h"

/* ---- findings ------------------------------------------------------------------------------------------------------- */

static void add(Pack *p, bool is_error, ErrCode code, ModelPlace at, Str message) {
    if (is_error) p->n_errors++;
    if (p->findings.n == MODEL_MAX_FINDINGS) {
        p->is_cut = true;
        return;
    }
    VEC_PUSH(p->arena, &p->findings,
             (ModelFinding){.is_error = is_error, .code = code, .place = at, .message = message});
}

void pack_find(Pack *p, ModelPlace at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add(p, true, ERR_INVALID, at, arena_vprintf(p->arena, format, args));
    va_end(args);
}

void pack_warn(Pack *p, ModelPlace at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add(p, false, ERR_OK, at, arena_vprintf(p->arena, format, args));
    va_end(args);
}

void pack_find_err(Pack *p, const Err *err, ModelPlace fallback) {
    ModelPlace at = fallback;
    if (err->line > 0) {
        at.line = err->line;
        at.column = err->column;
    }
    add(p, true, err->code, at, arena_str(p->arena, str_of(err->message)));
}

void pack_find_errors(Pack *p, const ExprErrors *errors) {
    for (size_t i = 0; i < errors->n; i++) add(p, true, errors->at[i].code, errors->at[i].place, errors->at[i].message);
    p->is_cut |= errors->is_cut;
}

void pack_find_unknown(Pack *p, ModelPlace at, const char *what, Str name, const Str *known, size_t n_known) {
    Str nearest = str_nearest(name, known, n_known), message;
    if (nearest.n) {
        message = arena_printf(p->arena, "no %s '%.*s'; did you mean '%.*s'?", what, STR_ARG(name), STR_ARG(nearest));
    } else if (n_known == 0) {
        message = arena_printf(p->arena, "no %s '%.*s'; there is none", what, STR_ARG(name));
    } else {
        Buf list;
        buf_init(&list, 256);
        for (size_t i = 0; i < n_known && list.n < 160; i++)
            buf_printf(&list, "%s%.*s", i ? ", " : "", STR_ARG(known[i]));
        message = arena_printf(p->arena, "no %s '%.*s'; there is %.*s", what, STR_ARG(name), STR_ARG(buf_str(&list)));
        buf_release(&list);
    }
    add(p, true, ERR_UNKNOWN_NAME, at, message);
}

/* ---- shapes --------------------------------------------------------------------------------------------------------- */

static const char *shape_words(PackShape shape) {
    switch (shape) {
    case PACK_TEXT: return "a text";
    case PACK_EXPR: return "an expression";
    case PACK_INT: return "a whole number";
    case PACK_BOOL: return "true or false";
    case PACK_CLASS: return "true, false or a class";
    case PACK_QUERY: return "a semantic query, as JSON in a text or as a map";
    case PACK_TEXTS: return "a list of texts, such as [a, b]";
    case PACK_LIST: return "a list";
    case PACK_MAP: return "a map";
    }
    return "";
}

static bool read_bool(const Yaml *yaml, bool *ret) {
    bool is_true = str_eq(yaml->text, S("true"));
    if (yaml->kind != YAML_SCALAR || yaml->is_quoted || !(is_true || str_eq(yaml->text, S("false")))) return false;
    *ret = is_true;
    return true;
}

static bool is_shape(const Yaml *yaml, PackShape shape) {
    int64_t i;
    bool b;
    switch (shape) {
    case PACK_TEXT:
    case PACK_EXPR:
    case PACK_CLASS: return yaml->kind == YAML_SCALAR && str_trim(yaml->text).n > 0;
    case PACK_INT: return yaml->kind == YAML_SCALAR && !yaml->is_quoted && str_to_int64(yaml->text, &i);
    case PACK_BOOL: return read_bool(yaml, &b);
    case PACK_QUERY: return yaml->kind == YAML_MAP || is_shape(yaml, PACK_TEXT);
    case PACK_LIST: return yaml->kind == YAML_LIST;
    case PACK_MAP: return yaml->kind == YAML_MAP || yaml->kind == YAML_NULL;
    case PACK_TEXTS:
        for (size_t n = 0; yaml->kind == YAML_LIST && n < yaml->n; n++)
            if (!is_shape(&yaml->items[n], PACK_TEXT)) return false;
        return yaml->kind == YAML_LIST;
    }
    return false;
}

static const char *yaml_words(const Yaml *yaml) {
    switch (yaml->kind) {
    case YAML_NULL: return "nothing";
    case YAML_LIST: return "a list";
    case YAML_MAP: return "a map";
    case YAML_SCALAR: break;
    }
    return NULL;
}

static void find_shape(Pack *p, const Yaml *value, Str key, PackShape shape) {
    const char *found = yaml_words(value);
    if (found)
        pack_find(p, value->place, "'%.*s' takes %s, but this is %s", STR_ARG(key), shape_words(shape), found);
    else if (str_trim(value->text).n == 0)
        pack_find(p, value->place, "'%.*s' takes %s, but this is empty", STR_ARG(key), shape_words(shape));
    else
        pack_find(p, value->place, "'%.*s' takes %s, not '%.*s'", STR_ARG(key), shape_words(shape),
                  STR_ARG(str_slice(value->text, 0, utf8_cut(value->text, 60))));
}

static const PackKey *find_key(const PackObjectInfo *info, Str name) {
    for (size_t i = 0; i < info->n_keys; i++)
        if (str_eq(name, str_of(info->keys[i].name))) return &info->keys[i];
    return NULL;
}

static void find_unknown_key(Pack *p, const PackObjectInfo *info, const YamlPair *pair) {
    Str known[32] = {{0}};
    size_t n = 0;
    for (size_t i = 0; i < info->n_keys && n < COUNT_OF(known); i++) known[n++] = str_of(info->keys[i].name);
    Str nearest = str_nearest(pair->key, known, n);
    if (nearest.n) {
        pack_find(p, pair->place, "unknown key '%.*s'; did you mean '%.*s'?", STR_ARG(pair->key), STR_ARG(nearest));
        return;
    }
    Buf list;
    buf_init(&list, 512);
    for (size_t i = 0; i < n; i++) buf_printf(&list, "%s%.*s", i ? ", " : "", STR_ARG(known[i]));
    pack_find(p, pair->place, "unknown key '%.*s'; here may stand: %.*s", STR_ARG(pair->key), STR_ARG(buf_str(&list)));
    buf_release(&list);
}

bool pack_check(Pack *p, const Yaml *map, ModelPlace at, PackObject object) {
    const PackObjectInfo *info = pack_object_info(object);
    if (map->kind != YAML_MAP && map->kind != YAML_NULL) {
        pack_find(p, map->place, "a map must stand here, such as {%s: …}", info->keys[0].name);
        return false;
    }
    for (size_t i = 0; i < map->n; i++) {
        const YamlPair *pair = &map->pairs[i];
        const PackKey *key = find_key(info, pair->key);
        if (!key)
            find_unknown_key(p, info, pair);
        else if (!is_shape(pair->value, key->shape))
            find_shape(p, pair->value, pair->key, key->shape);
    }
    for (size_t i = 0; i < info->n_keys; i++)
        if (info->keys[i].is_required && !yaml_get(map, str_of(info->keys[i].name)))
            pack_find(p, at, "'%s' is missing here: it takes %s", info->keys[i].name, shape_words(info->keys[i].shape));
    return true;
}

/* ---- values --------------------------------------------------------------------------------------------------------- */

static const Yaml *get_kind(const Yaml *map, const char *key, YamlKind kind) {
    const Yaml *value = yaml_get(map, str_of(key));
    return value && value->kind == kind ? value : NULL;
}

const Yaml *pack_map(const Yaml *map, const char *key) {
    return get_kind(map, key, YAML_MAP);
}

const Yaml *pack_list(const Yaml *map, const char *key) {
    return get_kind(map, key, YAML_LIST);
}

const Yaml *pack_scalar(const Yaml *map, const char *key) {
    const Yaml *value = get_kind(map, key, YAML_SCALAR);
    return value && str_trim(value->text).n ? value : NULL;
}

Str pack_text(Pack *p, const Yaml *map, const char *key, size_t max_bytes) {
    const Yaml *value = pack_scalar(map, key);
    if (!value) return (Str){0};
    Str text = str_trim(value->text);
    if (text.n > max_bytes)
        pack_find(p, value->place, "'%s' has %zu bytes; at most %zu are allowed", key, text.n, max_bytes);
    return text;
}

const Str *pack_texts(Pack *p, const Yaml *map, const char *key, size_t max_bytes, size_t max_n, size_t *ret_n) {
    const Yaml *list = pack_list(map, key);
    if (!list || !is_shape(list, PACK_TEXTS)) return NULL;
    if (list->n > max_n) pack_find(p, list->place, "'%s' has %zu texts; at most %zu are allowed", key, list->n, max_n);
    Str *texts = ARENA_ARRAY(p->arena, Str, list->n + 1);
    for (size_t i = 0; i < list->n; i++) {
        texts[i] = str_trim(list->items[i].text);
        if (texts[i].n > max_bytes)
            pack_find(p, list->items[i].place, "a text of '%s' has %zu bytes; at most %zu are allowed", key, texts[i].n,
                      max_bytes);
    }
    *ret_n = list->n;
    return texts;
}

bool pack_bool(const Yaml *map, const char *key) {
    const Yaml *value = pack_scalar(map, key);
    bool b = false;
    return value && read_bool(value, &b) && b;
}

int pack_int(Pack *p, const Yaml *map, const char *key, int min, int max, int absent) {
    const Yaml *value = pack_scalar(map, key);
    int64_t i;
    if (!value || !is_shape(value, PACK_INT) || !str_to_int64(value->text, &i)) return absent;
    if (i >= min && i <= max) return (int)i;
    pack_find(p, value->place, "'%s' is %d to %d, not %" PRId64, key, min, max, i);
    return absent;
}

size_t pack_choice(Pack *p, const Yaml *map, const char *key, const Str *choices, size_t n_choices, size_t absent) {
    const Yaml *value = pack_scalar(map, key);
    if (!value) return absent;
    for (size_t i = 0; i < n_choices; i++)
        if (str_eq(value->text, choices[i])) return i;
    Buf list;
    buf_init(&list, 256);
    for (size_t i = 0; i < n_choices; i++) buf_printf(&list, "%s%.*s", i ? ", " : "", STR_ARG(choices[i]));
    pack_find(p, value->place, "'%s' is one of %.*s, not '%.*s'", key, STR_ARG(buf_str(&list)), STR_ARG(value->text));
    buf_release(&list);
    return absent;
}

bool pack_is_beside(Str file, Str ending) {
    return *file.p != '.' && str_find_char(file, '/') < 0 && str_find_char(file, '\\') < 0 && str_ends(file, ending);
}

void pack_check_name(Pack *p, Str name, ModelPlace at, bool allows_hyphen) {
    if (name.n > PACK_NAME_MAX) {
        pack_find(p, at, "the name '%.*s' has %zu bytes; at most %d are allowed", STR_ARG(name), name.n, PACK_NAME_MAX);
        return;
    }
    bool is_good = name.n && name.p[0] >= 'a' && name.p[0] <= 'z';
    for (size_t i = 1; i < name.n && is_good; i++) {
        char c = name.p[i];
        is_good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c == '-' && allows_hyphen);
    }
    if (is_good) return;
    Str better = model_snake_name(p->arena, name);
    const char *rule = allows_hyphen ? "lower-case letters, digits, '_' and '-'" : "lower-case letters, digits and '_'";
    if (expr_is_bare_name(better) && *better.p >= 'a')
        pack_find(p, at, "'%.*s' is no name: use %s, beginning with a letter, such as '%.*s'", STR_ARG(name), rule,
                  STR_ARG(better));
    else
        pack_find(p, at, "'%.*s' is no name: use %s, beginning with a letter", STR_ARG(name), rule);
}

/* ---- labels --------------------------------------------------------------------------------------------------------- */

/* "unit_price" -> "Unit price". */
static Str title_of(Pack *p, Str name) {
    char *title = arena_dup(p->arena, name.p, name.n);
    if (name.n && title[0] >= 'a' && title[0] <= 'z') title[0] = (char)(title[0] - 'a' + 'A');
    for (size_t i = 0; i < name.n; i++)
        if (title[i] == '_' || title[i] == '-') title[i] = ' ';
    return (Str){title, name.n};
}

/* true is the class "other". */
static void read_pii(Pack *p, const Yaml *map, ModelLabel *label) {
    const Yaml *value = pack_scalar(map, "pii");
    bool is_some = false;
    if (!value) return;
    if (read_bool(value, &is_some)) {
        label->pii_class = is_some ? MODEL_PII_OTHER : MODEL_PII_NONE;
    } else {
        size_t class = pack_choice(p, map, "pii", PACK_PII_CLASSES, PACK_N_PII_CLASSES, PACK_N_PII_CLASSES);
        if (class < PACK_N_PII_CLASSES) label->pii_class = (ModelPii)(class + 1);
    }
    label->is_pii = label->pii_class != MODEL_PII_NONE;
}

static void read_visible_to(Pack *p, const Yaml *map, ModelLabel *label) {
    const Yaml *list = pack_list(map, "visible_to");
    label->visible_to = pack_texts(p, map, "visible_to", PACK_NAME_MAX, PACK_ROLES_MAX, &label->n_visible_to);
    if (!label->visible_to || !list) return;
    if (!list->n) pack_find(p, list->place, "'visible_to' names no role; leave it out where everybody may see this");
    for (size_t i = 0; i < label->n_visible_to; i++) {
        pack_check_name(p, label->visible_to[i], list->items[i].place, false);
        for (size_t k = 0; k < i; k++)
            if (str_eq(label->visible_to[i], label->visible_to[k]))
                pack_find(p, list->items[i].place, "'%.*s' stands here twice", STR_ARG(label->visible_to[i]));
    }
}

void pack_label(Pack *p, const Yaml *map, Str name, ModelLabel *ret) {
    ModelLabel label = {.decimals = -1};
    label.title = pack_text(p, map, "title", PACK_TITLE_MAX);
    if (!label.title.n) label.title = title_of(p, name);
    label.description = pack_text(p, map, "description", PACK_DESCRIPTION_MAX);
    label.unit = pack_text(p, map, "unit", PACK_UNIT_MAX);
    label.decimals = pack_int(p, map, "decimals", 0, PACK_DECIMALS_MAX, -1);
    label.is_hidden = pack_bool(map, "hidden");
    read_pii(p, map, &label);
    read_visible_to(p, map, &label);
    size_t format = pack_choice(p, map, "format", PACK_FORMATS, PACK_N_FORMATS, PACK_N_FORMATS);
    if (format < PACK_N_FORMATS) label.format = PACK_FORMATS[format];
    label.synonyms = pack_texts(p, map, "synonyms", PACK_SYNONYM_MAX, PACK_SYNONYMS_MAX, &label.n_synonyms);
    *ret = label;
}

static bool is_zone(Str zone) {
    size_t n_parts = 0;
    for (Str rest = zone; rest.p; n_parts++) {
        Str part = str_split_next(&rest, '/');
        if (!part.n || !((*part.p >= 'A' && *part.p <= 'Z'))) return false;
        for (size_t i = 1; i < part.n; i++) {
            char c = part.p[i];
            bool is_good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                           c == '-' || c == '+';
            if (!is_good) return false;
        }
    }
    return n_parts == 2 || n_parts == 3;
}

void pack_time_zone(Pack *p, const Yaml *map, Str *ret) {
    const Yaml *value = pack_scalar(map, "time_zone");
    *ret = S("UTC");
    if (!value) return;
    if (!str_eq(value->text, S("UTC")) && (value->text.n > PACK_NAME_MAX || !is_zone(value->text)))
        pack_find(p, value->place, "'%.*s' is no time zone: write UTC or Area/City, such as Europe/London",
                  STR_ARG(value->text));
    *ret = value->text;
}
