/*
 * Names of the model: plain look-ups, date parts, names made from a file's header, canonical names. Lists are short
 * and looked through in order; a model is parsed once and its members are found a few times a query.
 */
#include "model/model_internal.h"

#define FIND_BY_NAME(list, n, wanted)                                  \
    do {                                                               \
        for (size_t i_ = 0; i_ < (n); i_++)                            \
            if (str_eq((list)[i_].name, (wanted))) return &(list)[i_]; \
        return NULL;                                                   \
    } while (0)

const ModelTable *model_table(const Model *model, Str name) {
    FIND_BY_NAME(model->tables, model->n_tables, name);
}

const ModelInput *model_input(const Model *model, Str name) {
    FIND_BY_NAME(model->inputs, model->n_inputs, name);
}

const ModelDimension *model_dimension(const Model *model, Str name) {
    FIND_BY_NAME(model->dimensions, model->n_dimensions, name);
}

const ModelFact *model_fact(const Model *model, Str name) {
    FIND_BY_NAME(model->facts, model->n_facts, name);
}

const ModelFilter *model_filter(const Model *model, Str name) {
    for (size_t i = 0; i < model->n_filters; i++)
        if (str_eq(model->filters[i].name, name))
            return model_sees(model, &model->filters[i].label) ? &model->filters[i] : NULL;
    return NULL;
}

const ModelMeasure *model_measure(const Model *model, Str name) {
    for (size_t i = 0; i < model->n_measures; i++)
        if (str_eq(model->measures[i].name, name))
            return model_sees(model, &model->measures[i].label) ? &model->measures[i] : NULL;
    return NULL;
}

ptrdiff_t model_column(const ModelTable *table, Str name) {
    for (size_t i = 0; i < table->n_columns; i++)
        if (str_eq(table->columns[i].name, name)) return (ptrdiff_t)i;
    return -1;
}

/* ---- who sees what -------------------------------------------------------------------------------------------------- */

const Model *model_seen_by(Arena *arena, const Model *model, const Str *roles, size_t n_roles) {
    Model *seen = arena_dup(arena, model, sizeof(Model));
    seen->viewer = (ModelViewer){.is_limited = true, .roles = roles, .n_roles = n_roles};
    return seen;
}

bool model_sees(const Model *model, const ModelLabel *label) {
    const ModelViewer *viewer = &model->viewer;
    if (!viewer->is_limited || !label->n_visible_to) return true;
    for (size_t i = 0; i < label->n_visible_to; i++)
        for (size_t r = 0; r < viewer->n_roles; r++)
            if (str_eq(label->visible_to[i], viewer->roles[r])) return true;
    return false;
}

const Model *model_of(const Ctx *ctx) {
    const Model *model = snapshot_get(ctx->snapshot, SNAPSHOT_MODEL);
    if (!model || security_allows(ctx->security, PERMISSION_ADMIN)) return model;
    return model_seen_by(ctx->arena, model, ctx->security->roles, ctx->security->n_roles);
}

/* ---- date parts and canonical names --------------------------------------------------------------------------------- */

const ModelPart *model_parts(size_t *ret_n) {
    static const ModelPart parts[] = {
        {S("year"), SQL_FN_TRUNC_YEAR, TIME_GRAIN_YEAR},
        {S("fiscal_year"), SQL_FN_TRUNC_YEAR, TIME_GRAIN_FISCAL_YEAR},
        {S("quarter"), SQL_FN_TRUNC_QUARTER, TIME_GRAIN_QUARTER},
        {S("fiscal_quarter"), SQL_FN_TRUNC_QUARTER, TIME_GRAIN_FISCAL_QUARTER},
        {S("month"), SQL_FN_TRUNC_MONTH, TIME_GRAIN_MONTH},
        {S("week"), SQL_FN_TRUNC_WEEK, TIME_GRAIN_WEEK},
        {S("day"), SQL_FN_TRUNC_DAY, TIME_GRAIN_DAY},
        {S("hour"), SQL_FN_TRUNC_HOUR, TIME_GRAIN_HOUR},
        {S("quarter_of_year"), SQL_FN_QUARTER_OF, TIME_GRAIN_NONE},
        {S("month_of_year"), SQL_FN_MONTH_OF, TIME_GRAIN_NONE},
        {S("day_of_month"), SQL_FN_DAY_OF_MONTH, TIME_GRAIN_NONE},
        {S("weekday"), SQL_FN_WEEKDAY, TIME_GRAIN_NONE},
        {S("hour_of_day"), SQL_FN_HOUR_OF_DAY, TIME_GRAIN_NONE},
    };
    *ret_n = COUNT_OF(parts);
    return parts;
}

Str model_fact_names(Arena *arena, const Model *model, uint64_t facts) {
    Str names = {0};
    for (size_t i = 0; i < model->n_facts; i++) {
        if (!(facts >> i & 1)) continue;
        bool is_last = !(facts >> i >> 1);
        names = arena_printf(arena, "%.*s%s%.*s", STR_ARG(names),
                             !names.n  ? ""
                             : is_last ? " and "
                                       : ", ",
                             STR_ARG(model->facts[i].name));
    }
    return names;
}

Str model_member_name(Arena *arena, const ModelMember *member) {
    Str name = {0};
    switch (member->kind) {
    case MODEL_MEMBER_MEASURE: return member->measure->name;
    case MODEL_MEMBER_FILTER: return member->filter->name;
    case MODEL_MEMBER_ATTRIBUTE: {
        Str owner = member->role ? member->role->name : member->dimension->name;
        name = arena_printf(arena, "%.*s.%.*s", STR_ARG(owner), STR_ARG(member->attribute->name));
        break;
    }
    case MODEL_MEMBER_COLUMN: {
        bool needs_fact = member->column->kind == MODEL_COLUMN_VALUE || member->column->is_shared;
        name = needs_fact ? arena_printf(arena, "%.*s.%.*s", STR_ARG(member->fact->name), STR_ARG(member->column->name))
                          : member->column->name;
        break;
    }
    }
    if (!member->part) return name;
    return arena_printf(arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(member->part->name));
}

/* ---- names from headers --------------------------------------------------------------------------------------------- */

static bool is_upper(uint32_t rune) {
    return rune >= 'A' && rune <= 'Z';
}

static bool is_lower(uint32_t rune) {
    return (rune >= 'a' && rune <= 'z') || rune > 0x7F;
}

/* ASCII signs, and the spaces and marks that spreadsheets leave in headers. */
static bool is_separator(uint32_t rune) {
    if (rune < 0x80) return !is_upper(rune) && !is_lower(rune) && !(rune >= '0' && rune <= '9');
    return rune <= 0xA0 || (rune >= 0x2000 && rune <= 0x206F) || rune == 0x3000 || rune == 0xFEFF || rune == 0xFFFD;
}

Str model_snake_name(Arena *arena, Str header) {
    char *out = arena_alloc(arena, header.n * 3 + 1); /* a '_' before each character, U+FFFD dropped */
    size_t n = 0;
    uint32_t before = '_', rune, next;
    for (size_t i = 0; i < header.n; before = rune) {
        size_t length = utf8_decode(str_slice(header, i, header.n), &rune);
        Str rest = str_slice(header, i + length, header.n);
        if (rest.n)
            (void)utf8_decode(rest, &next);
        else
            next = '_';
        /* OrderId: a capital after a small letter or digit; HTTPServer: the last capital before a small letter. */
        bool starts_word =
            is_upper(rune) && ((!is_upper(before) && !is_separator(before)) || (is_upper(before) && is_lower(next)));
        if ((starts_word || is_separator(rune)) && n && out[n - 1] != '_') out[n++] = '_';
        if (!is_separator(rune)) n += utf8_encode(rune, out + n);
        i += length;
    }
    while (n && out[n - 1] == '_') n--;
    return utf8_fold(arena, (Str){out, n});
}
