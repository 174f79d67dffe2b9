/*
 * How a pack presents itself: the section `ui`, its home page, and the logo's file. Whether the home page's period can be asked is told
 * by who can compile queries.
 */
#include "model/model_pack_internal.h"

#include <string.h>

/* ---- the home page -------------------------------------------------------------------------------------------------- */

/* A measure that the page can show. NULL after a finding, and for one that is broken. */
static const ModelMeasure *find_measure(Pack *p, const Yaml *name) {
    const Model *model = p->model;
    const ModelMeasure *measure = model_measure(model, name->text);
    if (!measure) {
        Str *names = ARENA_ARRAY(p->scratch, Str, model->n_measures + 1);
        for (size_t i = 0; i < model->n_measures; i++) names[i] = model->measures[i].name;
        pack_find_unknown(p, name->place, "measure", name->text, names, model->n_measures);
        return NULL;
    }
    if (measure->type.kind == TYPE_NULL) return NULL;
    if (measure->label.is_hidden) {
        pack_find(p, name->place,
                  "'%.*s' is hidden, and the home page shows what people may choose; take 'hidden' away",
                  STR_ARG(measure->name));
        return NULL;
    }
    bool is_text = str_eq(measure->label.format, S("text"));
    if (type_is_number(measure->type) && !is_text) return measure;
    char type[TYPE_TEXT_MAX];
    pack_find(p, name->place, "'%.*s' is %s%s, and the home page shows numbers", STR_ARG(measure->name),
              is_text ? "shown as " : "a ", is_text ? "text" : type_print(measure->type, type));
    return NULL;
}

static bool is_group(const ModelMember *member) {
    return member->kind == MODEL_MEMBER_ATTRIBUTE ||
           (member->kind == MODEL_MEMBER_COLUMN && member->column->kind != MODEL_COLUMN_VALUE);
}

/* Whether rows of all these facts can be grouped by it. */
static void check_group(Pack *p, uint64_t facts, const Yaml *name) {
    for (size_t f = 0; f < p->model->n_facts; f++) {
        const ModelFact *fact = &p->model->facts[f];
        ModelMember member;
        Err err = {0};
        if (!(facts >> f & 1) || model_ignores(p->model, fact, name->text)) continue;
        if (model_member(p->model, fact, name->text, &member, &err))
            pack_find_err(p, &err, name->place);
        else if (!is_group(&member))
            pack_find(p, name->place, "'%.*s' is nothing to group by; name an attribute or a time",
                      STR_ARG(name->text));
        else
            continue;
        return;
    }
}

static ModelTop read_top(Pack *p, const Yaml *item, uint64_t facts) {
    static const Str orders[] = {S("desc"), S("asc")};
    if (item->kind == YAML_SCALAR) {
        check_group(p, facts, item);
        return (ModelTop){.dimension = item->text};
    }
    if (!pack_check(p, item, item->place, PACK_OBJECT_HOME_TOP)) return (ModelTop){0};
    const Yaml *dimension = pack_scalar(item, "dimension"), *measure = pack_scalar(item, "measure");
    ModelTop top = {.dimension = dimension ? dimension->text : (Str){0},
                    .measure = measure ? measure->text : (Str){0},
                    .limit = pack_int(p, item, "limit", 1, PACK_HOME_ROWS_MAX, 0),
                    .is_ascending = pack_choice(p, item, "order", orders, COUNT_OF(orders), 0) == 1};
    const ModelMeasure *own = measure ? find_measure(p, measure) : NULL;
    if (measure) facts = own ? own->facts : 0;
    if (dimension) check_group(p, facts, dimension);
    return top;
}

static void read_tops(Pack *p, const Yaml *list, uint64_t facts, ModelHome *home) {
    if (!list) return;
    if (list->n > PACK_HOME_TOPS_MAX)
        pack_find(p, list->place, "'tops' has %zu lists; at most %d are allowed", list->n, PACK_HOME_TOPS_MAX);
    ModelTop *tops = ARENA_ARRAY(p->arena, ModelTop, list->n + 1);
    for (size_t i = 0; i < list->n; i++) tops[i] = read_top(p, &list->items[i], facts);
    home->tops = tops;
    home->n_tops = list->n;
}

/* The facts of the measures between which a person chooses: those of the page, else the first fact's. */
static uint64_t read_measures(Pack *p, const Yaml *map, ModelHome *home) {
    const Yaml *list = pack_list(map, "measures");
    uint64_t facts = 0;
    home->measures = pack_texts(p, map, "measures", PACK_NAME_MAX, PACK_HOME_MEASURES_MAX, &home->n_measures);
    for (size_t i = 0; home->measures && i < home->n_measures; i++) {
        const ModelMeasure *measure = find_measure(p, &list->items[i]);
        if (measure) facts |= measure->facts;
        for (size_t k = 0; k < i; k++)
            if (str_eq(home->measures[k], home->measures[i]))
                pack_find(p, list->items[i].place, "'%.*s' stands here twice", STR_ARG(home->measures[i]));
    }
    return home->n_measures ? facts : 1;
}

static void read_home(Pack *p, const Yaml *map, ModelHome *home) {
    if (!map || !pack_check(p, map, map->place, PACK_OBJECT_HOME)) return;
    const Yaml *trend = pack_scalar(map, "trend"), *period = pack_scalar(map, "period"),
               *compare = pack_scalar(map, "compare");
    uint64_t facts = read_measures(p, map, home);
    if (trend && find_measure(p, trend)) home->trend = trend->text;
    read_tops(p, pack_list(map, "tops"), facts, home);
    home->period = pack_text(p, map, "period", PACK_NAME_MAX);
    home->period_place = period ? period->place : map->place;
    home->compare = pack_text(p, map, "compare", PACK_NAME_MAX);
    home->compare_place = compare ? compare->place : map->place;
}

/* ---- looks ---------------------------------------------------------------------------------------------------------- */

static bool is_color(Str text) {
    if (text.n != 7 || *text.p != '#') return false;
    for (size_t i = 1; i < text.n; i++) {
        char c = text.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return false;
    }
    return true;
}

/* A language tag (BCP 47): a language of two or three letters, then parts of letters and digits. */
static bool is_locale(Str text) {
    if (!text.n || text.n > PACK_NAME_MAX) return false;
    for (bool is_first = true; text.p; is_first = false) {
        Str part = str_split_next(&text, '-');
        if (part.n < 2 || part.n > (is_first ? 3 : 8)) return false;
        for (size_t i = 0; i < part.n; i++) {
            char c = part.p[i];
            bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!is_letter && (is_first || c < '0' || c > '9')) return false;
        }
    }
    return true;
}

typedef struct Image {
    Str ending;
    const char *type;
    const char *what;
} Image;

static const Image IMAGES[] = {
    {S_INIT(".svg"), "image/svg+xml", "an SVG"}, {S_INIT(".png"), "image/png", "a PNG"},
    {S_INIT(".webp"), "image/webp", "a WebP"},   {S_INIT(".jpg"), "image/jpeg", "a JPEG"},
    {S_INIT(".jpeg"), "image/jpeg", "a JPEG"},
};

static const Image *image_of(Str file) {
    for (size_t i = 0; i < COUNT_OF(IMAGES); i++)
        if (pack_is_beside(file, IMAGES[i].ending)) return &IMAGES[i];
    return NULL;
}

void pack_read_ui(Pack *p, const Yaml *root) {
    const Yaml *map = yaml_get(root, S("ui"));
    if (!map || map->kind != YAML_MAP || !pack_check(p, map, map->place, PACK_OBJECT_UI)) return;
    const Yaml *color = pack_scalar(map, "color"), *logo = pack_scalar(map, "logo"),
               *locale = pack_scalar(map, "number_locale");
    p->model->ui = (ModelUi){.title = pack_text(p, map, "title", PACK_TITLE_MAX),
                             .color = color ? color->text : (Str){0},
                             .logo = logo && image_of(logo->text) ? logo->text : (Str){0},
                             .logo_place = logo ? logo->place : map->place,
                             .number_locale = locale ? locale->text : (Str){0}};
    if (color && !is_color(color->text))
        pack_find(p, color->place, "'%.*s' is no colour; write it in quotes as \"#1f6feb\"", STR_ARG(color->text));
    if (logo && !image_of(logo->text))
        pack_find(p, logo->place,
                  "'%.*s' must be an image beside pack.yaml (.svg, .png, .webp, .jpg or .jpeg), such as logo.svg",
                  STR_ARG(logo->text));
    if (locale && !is_locale(locale->text))
        pack_find(p, locale->place, "'%.*s' is no language tag; write one such as en-US or de-DE",
                  STR_ARG(locale->text));
    read_home(p, pack_map(map, "home"), &p->model->ui.home);
}

/* ---- the logo's file ------------------------------------------------------------------------------------------------ */

/* XML whose first element is svg, after what may stand before it. */
static bool is_svg(Str bytes) {
    enum { LOOK_BYTES = 1024 };
    if (str_starts(bytes, S("\xEF\xBB\xBF"))) bytes = str_slice(bytes, 3, bytes.n);
    Str start = str_trim(str_slice(bytes, 0, MIN_OF(bytes.n, LOOK_BYTES)));
    return start.n && *start.p == '<' && str_find(start, S("<svg")) >= 0;
}

static const char *type_of(Str bytes) {
    if (str_starts(bytes, S("\x89PNG\r\n\x1a\n"))) return "image/png";
    if (str_starts(bytes, S("\xFF\xD8\xFF"))) return "image/jpeg";
    if (str_starts(bytes, S("RIFF")) && str_starts(str_slice(bytes, MIN_OF(bytes.n, 8), bytes.n), S("WEBP")))
        return "image/webp";
    return is_svg(bytes) ? "image/svg+xml" : NULL;
}

ErrCode model_logo(Arena *arena, const Model *model, const char *folder, Str *ret_bytes, const char **ret_type,
                   Err *err) {
    Str name = model->ui.logo;
    Err own = {0};
    const Image *image = name.n ? image_of(name) : NULL;
    if (!image) return err_set(err, ERR_NOT_FOUND, "the pack has no logo");
    const char *path = path_join(arena, folder, arena_cstr(arena, name));
    ErrCode code = file_read(arena, path, PACK_LOGO_MAX, ret_bytes, &own);
    if (code == ERR_NOT_FOUND) return err_set(err, code, "the logo '%.*s' is not in the pack's folder", STR_ARG(name));
    if (code == ERR_TOO_LARGE)
        return err_set(err, code, "the logo '%.*s' has more than %d KiB; make it smaller", STR_ARG(name),
                       PACK_LOGO_MAX >> 10);
    if (code) return err_set(err, code, "the logo '%.*s' cannot be read: %s", STR_ARG(name), own.message);
    *ret_type = type_of(*ret_bytes);
    if (*ret_type && strcmp(*ret_type, image->type) == 0) return ERR_OK;
    return err_set(err, ERR_DATA, "the logo '%.*s' does not begin as %s file does", STR_ARG(name), image->what);
}

void pack_check_logo(Pack *p, const char *folder) {
    Str bytes;
    const char *type;
    Err err = {0};
    if (p->model->ui.logo.n && model_logo(p->scratch, p->model, folder, &bytes, &type, &err))
        pack_find(p, p->model->ui.logo_place, "%s", err.message);
}
