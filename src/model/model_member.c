/*
 * Finding members: a name's parts against measures, a fact's columns, its roles and their attributes, and the date
 * parts.
 *
 *   measure · filter · column[.part] (attributes and times only) · fact.column[.part] · role.attribute[.part] · dimension.attribute[.part]
 *
 * model_parse sees to it that these never mean two things within one fact. When nothing is found, the message says
 * which of the near misses it was: a column that needs its fact's name, an attribute that needs its role's, another
 * fact's member, a typing error.
 */
#include "model/model_internal.h"

enum { CANDIDATES_MAX = 4096 };

/* ---- finding -------------------------------------------------------------------------------------------------------- */

static const ModelFactColumn *column_of(const Model *model, const ModelFact *fact, Str name) {
    for (size_t i = 0; i < fact->n_columns; i++)
        if (str_eq(fact->columns[i].name, name) && model_sees(model, &fact->columns[i].label)) return &fact->columns[i];
    return NULL;
}

static const ModelRole *role_of(const ModelFact *fact, Str name) {
    for (size_t i = 0; i < fact->n_roles; i++)
        if (str_eq(fact->roles[i].name, name)) return &fact->roles[i];
    return NULL;
}

static const ModelAttribute *attribute_of(const Model *model, const ModelDimension *dimension, Str name) {
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &dimension->attributes[i];
        if (str_eq(attribute->name, name) && model_sees(model, &attribute->label)) return attribute;
    }
    return NULL;
}

static const ModelPart *part_of(Type type, Str name) {
    size_t n;
    const ModelPart *parts = model_parts(&n);
    for (size_t i = 0; i < n; i++) {
        bool is_hour = parts[i].fn == SQL_FN_TRUNC_HOUR || parts[i].fn == SQL_FN_HOUR_OF_DAY;
        if (str_eq(parts[i].name, name) && type_is_time(type) && !(is_hour && type.kind == TYPE_DATE)) return &parts[i];
    }
    return NULL;
}

/* Applies what is left of the name, at most a date part. */
static bool with_part(ModelMember member, const Str *parts, size_t n_parts, ModelMember *ret) {
    if (n_parts > 1) return false;
    if (n_parts == 1) {
        member.part = part_of(member.type, parts[0]);
        if (!member.part || sql_fn_type(member.part->fn, &member.type, 1, &member.type, NULL)) return false;
    }
    *ret = member;
    return true;
}

static ModelMember member_of_column(const ModelFact *fact, const ModelFactColumn *column) {
    return (ModelMember){
        .kind = MODEL_MEMBER_COLUMN, .type = column->type, .label = &column->label, .fact = fact, .column = column};
}

static bool find_attribute(const Model *model, const ModelFact *fact, const ModelRole *role,
                           const ModelDimension *dimension, const Str *parts, size_t n_parts, ModelMember *ret) {
    const ModelAttribute *attribute = n_parts ? attribute_of(model, dimension, parts[0]) : NULL;
    if (!attribute) return false;
    ModelMember member = {.kind = MODEL_MEMBER_ATTRIBUTE,
                          .type = attribute->type,
                          .label = &attribute->label,
                          .fact = fact,
                          .role = role,
                          .dimension = dimension,
                          .attribute = attribute};
    return with_part(member, parts + 1, n_parts - 1, ret);
}

/* A member of the fact. Values are found by their bare name only where `bare_values` says so. */
static bool find_in_fact(const Model *model, const ModelFact *fact, const Str *parts, size_t n_parts, bool bare_values,
                         ModelMember *ret) {
    const ModelFactColumn *column = column_of(model, fact, parts[0]);
    if (column && (bare_values || column->kind != MODEL_COLUMN_VALUE) &&
        with_part(member_of_column(fact, column), parts + 1, n_parts - 1, ret))
        return true;
    const ModelRole *role = role_of(fact, parts[0]);
    if (role && find_attribute(model, fact, role, role->dimension, parts + 1, n_parts - 1, ret)) return true;
    if (n_parts < 2 || !str_eq(fact->name, parts[0])) return false;
    column = column_of(model, fact, parts[1]);
    return column && with_part(member_of_column(fact, column), parts + 2, n_parts - 2, ret);
}

static bool find_anywhere(const Model *model, const Str *parts, size_t n_parts, ModelMember *ret) {
    for (size_t i = 0; i < model->n_facts; i++) {
        ModelMember member;
        if (!find_in_fact(model, &model->facts[i], parts, n_parts, false, &member)) continue;
        if (member.kind == MODEL_MEMBER_ATTRIBUTE) member.fact = NULL;
        *ret = member;
        return true;
    }
    const ModelDimension *dimension = model_dimension(model, parts[0]);
    return dimension && find_attribute(model, NULL, NULL, dimension, parts + 1, n_parts - 1, ret);
}

static bool find_measure(const Model *model, const Str *parts, size_t n_parts, ModelMember *ret) {
    const ModelMeasure *measure = n_parts == 1 ? model_measure(model, parts[0]) : NULL;
    if (!measure) return false;
    *ret = (ModelMember){.kind = MODEL_MEMBER_MEASURE,
                         .type = measure->type,
                         .label = &measure->label,
                         .measure = measure,
                         .fact = measure->fact};
    return true;
}

static const ModelFact *first_fact_of(const Model *model, const ModelFilter *filter) {
    for (size_t i = 0; i < model->n_facts; i++)
        if (filter->facts >> i & 1) return &model->facts[i];
    return NULL;
}

/* Of the fact, or of any rows. */
static bool find_filter(const Model *model, const ModelFact *fact, const Str *parts, size_t n_parts, ModelMember *ret) {
    const ModelFilter *filter = n_parts == 1 ? model_filter(model, parts[0]) : NULL;
    if (!filter || (fact && !(filter->facts >> (size_t)(fact - model->facts) & 1))) return false;
    *ret = (ModelMember){.kind = MODEL_MEMBER_FILTER,
                         .type = TYPE(TYPE_BOOL),
                         .label = &filter->label,
                         .filter = filter,
                         .fact = fact ? fact : first_fact_of(model, filter)};
    return true;
}

static bool find_member(const Model *model, const ModelFact *fact, const Str *parts, size_t n_parts, ModelMember *ret) {
    if (n_parts < 1 || n_parts > MODEL_NAME_PARTS_MAX) return false;
    if (find_measure(model, parts, n_parts, ret) || find_filter(model, fact, parts, n_parts, ret)) return true;
    return fact ? find_in_fact(model, fact, parts, n_parts, false, ret) : find_anywhere(model, parts, n_parts, ret);
}

/* ---- what to say when nothing is found ------------------------------------------------------------------------------ */

typedef struct Candidates {
    Arena *arena;
    const Model *model;
    VEC(Str) names;
} Candidates;

static void add_candidate(Candidates *c, Str a, Str b) {
    if (c->names.n == CANDIDATES_MAX) return;
    VEC_PUSH(c->arena, &c->names, b.n ? arena_printf(c->arena, "%.*s.%.*s", STR_ARG(a), STR_ARG(b)) : a);
}

static void add_attributes(Candidates *c, Str owner, const ModelDimension *dimension) {
    for (size_t i = 0; i < dimension->n_attributes; i++)
        if (model_sees(c->model, &dimension->attributes[i].label))
            add_candidate(c, owner, dimension->attributes[i].name);
}

static void add_of_fact(Candidates *c, const ModelFact *fact, bool bare_values) {
    size_t n_parts;
    const ModelPart *parts = model_parts(&n_parts);
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelFactColumn *column = &fact->columns[i];
        if (!model_sees(c->model, &column->label)) continue;
        if (column->kind != MODEL_COLUMN_VALUE || bare_values) add_candidate(c, column->name, (Str){0});
        add_candidate(c, fact->name, column->name);
        for (size_t p = 0; p < n_parts && column->kind == MODEL_COLUMN_TIME; p++)
            if (part_of(column->type, parts[p].name)) add_candidate(c, column->name, parts[p].name);
    }
    for (size_t i = 0; i < fact->n_roles; i++) add_attributes(c, fact->roles[i].name, fact->roles[i].dimension);
}

/* An attribute without its role, a column without its fact. */
static bool find_longer(const Model *model, const ModelFact *fact, Str bare, Arena *arena, Str *ret) {
    for (size_t i = 0; i < model->n_facts; i++) {
        const ModelFact *f = &model->facts[i];
        if (fact && f != fact) continue;
        for (size_t r = 0; r < f->n_roles; r++)
            if (attribute_of(model, f->roles[r].dimension, bare)) {
                *ret = arena_printf(arena, "%.*s.%.*s", STR_ARG(f->roles[r].name), STR_ARG(bare));
                return true;
            }
        if (column_of(model, f, bare)) {
            *ret = arena_printf(arena, "%.*s.%.*s", STR_ARG(f->name), STR_ARG(bare));
            return true;
        }
    }
    return false;
}

static Str join_parts(Arena *arena, const Str *parts, size_t n_parts) {
    Str name = parts[0];
    for (size_t i = 1; i < n_parts; i++) name = arena_printf(arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(parts[i]));
    return name;
}

/* All but the last part name a member: what is wrong is the date part. */
static ErrCode part_error(Arena *arena, const ModelMember *member, Str part, Err *err) {
    Str names[16];
    size_t n_parts, n = 0;
    const ModelPart *parts = model_parts(&n_parts);
    Str name = model_member_name(arena, member);
    char type[TYPE_TEXT_MAX];
    if (!type_is_time(member->type))
        return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' is %s and has no part '%.*s'; only dates have parts",
                       STR_ARG(name), type_print(member->type, type), STR_ARG(part));
    for (size_t i = 0; i < n_parts && n < COUNT_OF(names); i++)
        if (part_of(member->type, parts[i].name)) names[n++] = parts[i].name;
    Str nearest = str_nearest(part, names, n);
    if (!nearest.n) nearest = S("month");
    return err_set(err, ERR_UNKNOWN_NAME, "'%.*s' is a %s and has no part '%.*s'; did you mean '%.*s.%.*s'?",
                   STR_ARG(name), type_kind_name(member->type.kind), STR_ARG(part), STR_ARG(name), STR_ARG(nearest));
}

static bool is_also_called(const Model *model, const ModelLabel *label, Str word) {
    for (size_t i = 0; i < label->n_synonyms && model_sees(model, label); i++)
        if (str_eq_nocase(label->synonyms[i], word)) return true;
    return false;
}

/* A measure or filter with such a synonym. */
static ErrCode also_called(const Model *model, Str word, Err *err) {
    const char *kind = NULL;
    Str name = {0};
    for (size_t i = model->n_filters; i-- > 0;)
        if (is_also_called(model, &model->filters[i].label, word)) kind = "filter", name = model->filters[i].name;
    for (size_t i = model->n_measures; i-- > 0;)
        if (is_also_called(model, &model->measures[i].label, word)) kind = "measure", name = model->measures[i].name;
    if (!kind) return ERR_OK;
    return err_set(err, ERR_UNKNOWN_NAME, "no member '%.*s'; the %s '%.*s' is also called that", STR_ARG(word), kind,
                   STR_ARG(name));
}

static ErrCode filter_of_others(const Model *model, const ModelFact *fact, const ModelFilter *filter, Err *err) {
    Str lacks = model_filter_lacks(model, filter, fact, NULL);
    if (lacks.n)
        return err_set(err, ERR_UNKNOWN_NAME, "filter '%.*s' is not of fact '%.*s', which has no '%.*s'",
                       STR_ARG(filter->name), STR_ARG(fact->name), STR_ARG(lacks));
    const ModelFact *own = first_fact_of(model, filter);
    return err_set(err, ERR_UNKNOWN_NAME, "filter '%.*s' is not of fact '%.*s', but of '%.*s'", STR_ARG(filter->name),
                   STR_ARG(fact->name), STR_ARG(own ? own->name : filter->dimension->name));
}

static ErrCode unknown_member(const Model *model, const ModelFact *fact, const Str *parts, size_t n_parts,
                              bool bare_values, Err *err) {
    if (!err) return ERR_UNKNOWN_NAME;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Candidates c = {.arena = arena, .model = model};
    Str name = join_parts(arena, parts, n_parts), longer;
    ModelMember member;
    if (n_parts > 1 && find_member(model, fact, parts, n_parts - 1, &member) && member.kind != MODEL_MEMBER_MEASURE &&
        !member.part)
        return part_error(arena, &member, parts[n_parts - 1], err);
    const ModelFilter *filter = n_parts == 1 ? model_filter(model, parts[0]) : NULL;
    if (filter && fact) return filter_of_others(model, fact, filter, err);
    ErrCode code = n_parts == 1 ? also_called(model, parts[0], err) : ERR_OK;
    if (code) return code;
    if (n_parts == 1 && find_longer(model, fact, parts[0], arena, &longer))
        return err_set(err, ERR_UNKNOWN_NAME, "no member '%.*s'; did you mean '%.*s'?", STR_ARG(name), STR_ARG(longer));
    for (size_t i = 0; fact && i < model->n_facts; i++)
        if (find_in_fact(model, &model->facts[i], parts, n_parts, bare_values, &member))
            return err_set(err, ERR_UNKNOWN_NAME, "fact '%.*s' has no '%.*s'; it belongs to fact '%.*s'",
                           STR_ARG(fact->name), STR_ARG(name), STR_ARG(model->facts[i].name));
    for (size_t i = 0; i < model->n_measures; i++)
        if (model_sees(model, &model->measures[i].label)) add_candidate(&c, model->measures[i].name, (Str){0});
    for (size_t i = 0; i < model->n_filters; i++)
        if (find_filter(model, fact, &model->filters[i].name, 1, &member))
            add_candidate(&c, model->filters[i].name, (Str){0});
    for (size_t i = 0; i < model->n_facts; i++)
        if (!fact || fact == &model->facts[i]) add_of_fact(&c, &model->facts[i], bare_values);
    for (size_t i = 0; !fact && i < model->n_dimensions; i++)
        add_attributes(&c, model->dimensions[i].name, &model->dimensions[i]);
    Str nearest = str_nearest(name, c.names.at, c.names.n);
    if (!nearest.n) return err_set(err, ERR_UNKNOWN_NAME, "no member '%.*s' in this model", STR_ARG(name));
    return err_set(err, ERR_UNKNOWN_NAME, "no member '%.*s'; did you mean '%.*s'?", STR_ARG(name), STR_ARG(nearest));
}

/* ---- the two ways in ------------------------------------------------------------------------------------------------ */

ErrCode model_member(const Model *model, const ModelFact *fact, Str name, ModelMember *ret_member, Err *err) {
    Str parts[MODEL_NAME_PARTS_MAX], rest = name;
    size_t n = 0;
    while (rest.p && n < COUNT_OF(parts)) parts[n++] = str_split_next(&rest, '.');
    if (n == 0 || rest.p) return err_set(err, ERR_UNKNOWN_NAME, "no member '%.*s' in this model", STR_ARG(name));
    return find_member(model, fact, parts, n, ret_member) ? ERR_OK : unknown_member(model, fact, parts, n, false, err);
}

/* The name without the fact's before it. */
static Str without_fact(const Model *model, Str name) {
    ptrdiff_t dot = str_find_char(name, '.');
    bool is_fact = dot > 0 && model_fact(model, str_slice(name, 0, (size_t)dot));
    return is_fact ? str_slice(name, (size_t)dot + 1, name.n) : name;
}

bool model_ignores(const Model *model, const ModelFact *fact, Str name) {
    ModelMember member;
    if (!fact->n_ignores || !model_member(model, fact, name, &member, NULL)) return false;
    Str bare = without_fact(model, name);
    for (size_t i = 0; i < fact->n_ignores; i++) {
        Str ignored = without_fact(model, fact->ignores[i].name);
        if (str_starts(bare, ignored) && (bare.n == ignored.n || bare.p[ignored.n] == '.')) return true;
    }
    return false;
}

/* A measure where the expression is evaluated for each row, or inside an aggregate. */
static ErrCode misplaced_measure(const Model *model, const ModelFact *fact, Str name, bool is_inside, Err *err) {
    if (!err) return ERR_INVALID;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str longer;
    const char *where = is_inside ? "inside an aggregate or its 'where'" : "where each row is looked at";
    if (find_longer(model, fact, name, arena, &longer))
        return err_set(err, ERR_INVALID, "'%.*s' is a measure and cannot stand %s; did you mean the column '%.*s'?",
                       STR_ARG(name), where, STR_ARG(longer));
    return err_set(err, ERR_INVALID,
                   "'%.*s' is a measure and cannot stand %s; name a column, or filter groups by it in 'having'",
                   STR_ARG(name), where);
}

/* A column that is found by its bare name only inside an aggregate. */
static ErrCode bare_value(const ModelFact *fact, const ModelFactColumn *column, Err *err) {
    if (!err) return ERR_UNKNOWN_NAME;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Str call = model_aggregate_call(arena, model_aggregate_example(column), column->name);
    return err_set(err, ERR_UNKNOWN_NAME,
                   "no measure '%.*s'; the column is '%.*s.%.*s', or an aggregate of it such as %.*s",
                   STR_ARG(column->name), STR_ARG(fact->name), STR_ARG(column->name), STR_ARG(call));
}

ErrCode model_resolve(const Model *model, const ModelFact *fact, bool allows_measure, const Expr *name, ExprUse use,
                      ModelMember *ret_member, Err *err) {
    const Str *parts = name->parts;
    size_t n = name->n_parts;
    bool is_inside = use == EXPR_USE_AGGREGATE;
    if (n > MODEL_NAME_PARTS_MAX)
        return err_set(err, ERR_UNKNOWN_NAME, "no member '%.*s' in this model", STR_ARG(name->name));
    if (is_inside && fact && find_in_fact(model, fact, parts, n, true, ret_member)) return ERR_OK;
    ModelMember member;
    if (!find_member(model, fact, parts, n, &member)) {
        const ModelFactColumn *value = fact && n == 1 ? column_of(model, fact, parts[0]) : NULL;
        if (value) return bare_value(fact, value, err);
        return unknown_member(model, fact, parts, n, is_inside, err);
    }
    if (member.kind == MODEL_MEMBER_MEASURE && (is_inside || !allows_measure))
        return misplaced_measure(model, fact, parts[0], is_inside && allows_measure, err);
    *ret_member = member;
    return ERR_OK;
}

/* ---- what a filter names -------------------------------------------------------------------------------------------- */

typedef struct Lacking {
    const Model *model;
    const ModelFact *fact;
    Str name;      /* the first; empty: none */
    bool *ignores; /* NULL: not asked for */
} Lacking;

static void see_lacking(void *arg, const Expr *name) {
    Lacking *lacking = arg;
    ModelMember member;
    const ModelFilter *inner = name->n_parts == 1 ? model_filter(lacking->model, name->parts[0]) : NULL;
    if (lacking->name.n) return;
    if (inner)
        expr_each_name(inner->expr, see_lacking, lacking);
    else if (lacking->ignores && model_ignores(lacking->model, lacking->fact, name->name))
        *lacking->ignores = true;
    else if (model_resolve(lacking->model, lacking->fact, false, name, EXPR_USE_AGGREGATE, &member, NULL))
        lacking->name = name->name;
}

Str model_filter_lacks(const Model *model, const ModelFilter *filter, const ModelFact *fact, bool *ret_ignores) {
    Lacking lacking = {.model = model, .fact = fact, .ignores = ret_ignores};
    if (ret_ignores) *ret_ignores = false;
    expr_each_name(filter->expr, see_lacking, &lacking);
    return lacking.name;
}
