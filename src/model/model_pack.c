/*
 * A pack's text -> Model. Phases: YAML tree; then, section by section in the order in which they name each other,
 * structs with names and places, references resolved, expressions parsed and typed. A finding never stops the reading;
 * what is broken keeps its name with no type. At the end findings are put in the order of the text, and with an error
 * among them there is no model.
 */
#include "model/model_pack_internal.h"

#include <stdlib.h>

/* ---- the top -------------------------------------------------------------------------------------------------------- */

static ErrCode check_version(const Yaml *root, Str file, Err *err) {
    const Yaml *version = pack_scalar(root, "pack");
    int64_t number;
    if (!version || !str_to_int64(version->text, &number) || number == MODEL_PACK_VERSION) return ERR_OK;
    ErrCode code = number > MODEL_PACK_VERSION ? ERR_VERSION : ERR_INVALID;
    (void)err_set(err, code, "this is a pack of schema %" PRId64 ", and this program reads schema %d%s", number,
                  MODEL_PACK_VERSION, number > MODEL_PACK_VERSION ? "; a newer program is needed" : "");
    if (err) err_ignore(err_at(err, file, version->place.line, version->place.column));
    return code;
}

static void read_head(Pack *p, const Yaml *root) {
    Model *model = p->model;
    const Yaml *name = pack_scalar(root, "name");
    ModelLabel label;
    model->name = name ? name->text : (Str){0};
    if (name) pack_check_name(p, name->text, name->place, true);
    pack_label(p, root, model->name, &label);
    model->title = label.title;
    model->description = label.description;
    model->version = pack_text(p, root, "version", PACK_NAME_MAX);
}

static void read_calendar(Pack *p, const Yaml *root) {
    const Yaml *map = yaml_get(root, S("calendar"));
    ModelCalendar calendar = {.time_zone = S("UTC"), .fiscal_year_month = 1};
    if (map && map->kind == YAML_MAP && pack_check(p, map, map->place, PACK_OBJECT_CALENDAR)) {
        pack_time_zone(p, map, &calendar.time_zone);
        calendar.fiscal_year_month = pack_int(p, map, "fiscal_year_month", 1, 12, 1);
    }
    p->model->calendar = calendar;
}

/* now, or max(COLUMN) of the first fact's times. */
static void read_as_of(Pack *p, const Yaml *root) {
    const Yaml *value = pack_scalar(root, "as_of");
    const Expr *expr = NULL;
    p->model->is_as_of_now = !value || str_eq(value->text, S("now"));
    if (p->model->is_as_of_now) return;
    bool is_max = !expr_parse(p->scratch, value->text, value->place, &expr, NULL) && expr->kind == EXPR_CALL &&
                  expr->fn == SQL_FN_MAX && expr->n_args == 1 && expr->args[0]->kind == EXPR_NAME &&
                  expr->args[0]->n_parts == 1;
    if (!is_max) {
        pack_find(p, value->place,
                  "'as_of' is now, or max(COLUMN) with a time of the first fact, such as max(order_date)");
        return;
    }
    const ModelFact *fact = p->model->n_facts ? &p->model->facts[0] : NULL;
    Str column = arena_str(p->arena, expr->args[0]->parts[0]);
    Str *names = ARENA_ARRAY(p->scratch, Str, fact ? fact->n_columns + 1 : 1);
    size_t n = 0;
    for (size_t i = 0; fact && i < fact->n_columns; i++)
        if (fact->columns[i].kind == MODEL_COLUMN_TIME || (ptrdiff_t)i == fact->time)
            names[n++] = fact->columns[i].name;
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], column)) p->model->as_of_column = column;
    if (!p->model->as_of_column.n)
        pack_find_unknown(p, expr->args[0]->place, "time in the first fact named", column, names, n);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static int compare_findings(const void *a, const void *b) {
    const ModelFinding *x = a, *y = b;
    if (x->place.line != y->place.line) return x->place.line < y->place.line ? -1 : 1;
    if (x->place.column != y->place.column) return x->place.column < y->place.column ? -1 : 1;
    return str_cmp(x->message, y->message);
}

/* The first error. */
static ErrCode first_error(const ModelFindings *findings, Err *err) {
    for (size_t i = 0; i < findings->n; i++) {
        const ModelFinding *finding = &findings->at[i];
        if (!finding->is_error) continue;
        (void)err_set(err, finding->code, "%.*s", STR_ARG(finding->message));
        if (err) err_ignore(err_at(err, finding->place.file, finding->place.line, finding->place.column));
        return finding->code;
    }
    return ERR_OK;
}

/* Hands the findings on; the first error becomes *err. */
static ErrCode conclude(Pack *p, ModelFindings *ret, Err *err) {
    if (p->findings.n) qsort(p->findings.at, p->findings.n, sizeof(*p->findings.at), compare_findings);
    if (ret)
        *ret = (ModelFindings){.at = p->findings.at, .n = p->findings.n, .n_errors = p->n_errors, .is_cut = p->is_cut};
    const ModelFindings all = {.at = p->findings.at, .n = p->findings.n};
    TRY(first_error(&all, err));
    return p->n_errors ? err_set(err, ERR_INVALID, "the pack has %zu errors", p->n_errors) : ERR_OK;
}

static void read_sections(Pack *p, const Yaml *root) {
    static void (*const sections[])(Pack * p, const Yaml *root) = {
        read_head,           read_calendar,     pack_read_sources,  pack_read_inputs, pack_read_dimensions,
        pack_read_facts,     pack_read_filters, pack_read_measures, read_as_of,       pack_read_rules,
        pack_read_questions, pack_read_ui,
    };
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        sections[i](p, root);
        arena_reset(p->scratch);
    }
}

static Pack pack_begin(Arena *arena, Arena *scratch) {
    Model *model = ARENA_NEW(arena, Model);
    model->arena = arena;
    return (Pack){.arena = arena, .scratch = scratch, .model = model};
}

/* All findings on the text; whether it could be read, as a tree of this schema. */
static bool parse(Pack *p, Str text, Str file) {
    const Yaml *root = NULL;
    Err failure = {0};
    ErrCode code = yaml_parse(p->arena, text, file, &root, &failure);
    if (!code) code = check_version(root, file, &failure);
    if (code) {
        pack_find_err(p, &failure, (ModelPlace){.file = arena_str(p->arena, file)});
        return false;
    }
    ModelPlace top = {.file = arena_str(p->arena, file), .line = 1, .column = 1};
    if (pack_check(p, root, top, PACK_OBJECT_PACK)) read_sections(p, root);
    p->model->text = arena_str(p->arena, text);
    p->model->hash = hash_text(p->arena, text);
    return true;
}

static void set_folder(Model *model, const char *folder) {
    model->folder = folder ? arena_cstr(model->arena, str_of(folder)) : NULL;
}

ErrCode model_parse(Arena *arena, Str text, Str file, const char *folder, Model **ret_model, ModelFindings *findings,
                    Err *err) {
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    Pack p = pack_begin(arena, scratch);
    (void)parse(&p, text, file);
    TRY(conclude(&p, findings, err));
    set_folder(p.model, folder);
    *ret_model = p.model;
    return ERR_OK;
}

/* A sample or script that is not there is no error: packs may come without their data. */
static void warn_absent(Pack *p, const char *folder) {
    const Model *model = p->model;
    for (size_t i = 0; i < model->n_inputs; i++) {
        const ModelInput *input = &model->inputs[i];
        if (input->sample.n && !file_exists(path_join(p->scratch, folder, arena_cstr(p->scratch, input->sample))))
            pack_warn(p, input->place, "the sample '%.*s' of input '%.*s' is not in the pack's folder",
                      STR_ARG(input->sample), STR_ARG(input->name));
    }
    const ModelGenerator *generator = &model->generator;
    if (generator->script.n && !file_exists(path_join(p->scratch, folder, arena_cstr(p->scratch, generator->script))))
        pack_warn(p, generator->place, "the generator's script '%.*s' is not in the pack's folder",
                  STR_ARG(generator->script));
}

static ErrCode load(Arena *arena, const char *folder, bool is_pack, Model **ret_model, ModelFindings *findings,
                    Err *err) {
    const char *path = path_join(arena, folder, "pack.yaml");
    Arena *scratch CLEANUP(arena_freep) = arena_new(0);
    Pack p = pack_begin(arena, scratch);
    Str text;
    TRY(file_read(arena, path, YAML_MAX_BYTES, &text, err));
    bool is_read = parse(&p, text, str_of(path)), is_right = !p.n_errors;
    if (is_read && is_pack) warn_absent(&p, folder);
    if (is_read) pack_check_logo(&p, folder);
    set_folder(p.model, is_pack ? folder : NULL);
    if (is_right) *ret_model = p.model;
    return conclude(&p, findings, err);
}

ErrCode model_load(Arena *arena, const char *folder, Model **ret_model, ModelFindings *findings, Err *err) {
    return load(arena, folder, true, ret_model, findings, err);
}

ErrCode model_load_text(Arena *arena, const char *folder, Model **ret_model, ModelFindings *findings, Err *err) {
    return load(arena, folder, false, ret_model, findings, err);
}
