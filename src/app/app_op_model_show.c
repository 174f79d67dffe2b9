/*
 * starling model show [NAME]: the model as people see it. Every member is an entry of one list, in the pack's order: facts with their
 * columns, dimensions with their attributes and hierarchies, filters, measures. What the caller may not see has no entry; what the pack hides
 * is found by its name only.
 */
#include "app/app_internal.h"
#include "ask/ask.h"

typedef struct Entry {
    const char *kind; /* fact, time, attribute, column, dimension, hierarchy, filter, measure */
    Str name;         /* as queries write it */
    Str owner;        /* the fact or dimension it belongs to; empty for these themselves */
    const ModelLabel *label;
    Type type;          /* NULL: has none */
    Str expr;           /* how it is defined; may be empty */
    Str levels;         /* of a hierarchy: "a > b" */
    const Str *members; /* of a hierarchy: its levels as queries write them, coarse to fine */
    size_t n_members;
    Str time;                /* of a fact: its main time axis */
    Str time_unit;           /* of a fact whose time is a number: what one step is called */
    Str additivity;          /* of a measure */
    Str better;              /* of a measure: which way it is to go; empty: neither */
    Str aggregate;           /* of a column: what it stands for as a measure; may be empty */
    const Str *aggregations; /* of a column: what may be asked of it */
    size_t n_aggregations;
    const Str *facts;
    size_t n_facts;
    bool is_hidden;
} Entry;

typedef struct Entries {
    const Ctx *ctx;
    const Model *model; /* as the caller sees it */
    VEC(Entry) list;
} Entries;

/* ---- gathering ------------------------------------------------------------------------------------------------------ */

/* The facts that the entry's member can be asked with. */
static void find_facts(Entries *e, Entry *entry) {
    Str *facts = ARENA_ARRAY(e->ctx->arena, Str, e->model->n_facts + 1);
    for (size_t i = 0; i < e->model->n_facts; i++) {
        const ModelFact *fact = &e->model->facts[i];
        ModelMember member;
        bool has = !model_member(e->model, fact, entry->name, &member, NULL) &&
                   (member.kind != MODEL_MEMBER_MEASURE || member.measure->facts >> i & 1);
        if (has) facts[entry->n_facts++] = fact->name;
    }
    entry->facts = facts;
}

static void add(Entries *e, Entry entry) {
    if (!model_sees(e->model, entry.label)) return;
    bool is_member = entry.type.kind != TYPE_NULL;
    if (is_member) find_facts(e, &entry);
    entry.is_hidden |= entry.label->is_hidden;
    VEC_PUSH(e->ctx->arena, &e->list, entry);
}

static Str dotted(const Entries *e, Str a, Str b) {
    return arena_printf(e->ctx->arena, "%.*s.%.*s", STR_ARG(a), STR_ARG(b));
}

static void find_aggregations(Entries *e, const ModelFactColumn *column, Entry *entry) {
    size_t n;
    const ModelAggregate *aggregates = model_aggregates(&n);
    if (column->kind != MODEL_COLUMN_VALUE) return;
    if (column->aggregate) entry->aggregate = str_of(column->aggregate->name);
    Str *names = ARENA_ARRAY(e->ctx->arena, Str, n);
    for (size_t i = 0; i < n; i++)
        if (column->aggregations >> i & 1) names[entry->n_aggregations++] = str_of(aggregates[i].name);
    entry->aggregations = names;
}

static void add_fact(Entries *e, const ModelFact *fact) {
    static const char *const kinds[] = {
        [MODEL_COLUMN_VALUE] = "column", [MODEL_COLUMN_ATTRIBUTE] = "attribute", [MODEL_COLUMN_TIME] = "time"};
    Str *self = arena_dup(e->ctx->arena, &fact->name, sizeof(Str));
    add(e, (Entry){.kind = "fact",
                   .name = fact->name,
                   .label = &fact->label,
                   .facts = self,
                   .n_facts = 1,
                   .time = fact->time < 0 ? (Str){0} : fact->columns[fact->time].name,
                   .time_unit = fact->axis_unit});
    for (size_t i = 0; i < fact->n_columns; i++) {
        const ModelFactColumn *column = &fact->columns[i];
        ModelMember member = {.kind = MODEL_MEMBER_COLUMN, .fact = fact, .column = column};
        Entry entry = {.kind = kinds[column->kind],
                       .name = model_member_name(e->ctx->arena, &member),
                       .owner = fact->name,
                       .label = &column->label,
                       .type = column->type,
                       .expr = column->expr ? expr_print(e->ctx->arena, column->expr) : (Str){0},
                       .is_hidden = fact->label.is_hidden};
        find_aggregations(e, column, &entry);
        add(e, entry);
    }
}

static void add_attributes(Entries *e, const ModelDimension *dimension, Str role) {
    for (size_t i = 0; i < dimension->n_attributes; i++) {
        const ModelAttribute *attribute = &dimension->attributes[i];
        add(e, (Entry){.kind = "attribute",
                       .name = dotted(e, role, attribute->name),
                       .owner = dimension->name,
                       .label = &attribute->label,
                       .type = attribute->type,
                       .expr = attribute->expr ? expr_print(e->ctx->arena, attribute->expr) : (Str){0},
                       .is_hidden = dimension->label.is_hidden});
    }
}

/* A hierarchy goes without the levels that the caller may not see; with one left it is none. Queries write the levels under the name that a
 * fact uses the dimension by, of which `role` is the first. */
static void add_hierarchy(Entries *e, const ModelDimension *dimension, const ModelHierarchy *hierarchy, Str role) {
    Str levels = {0};
    size_t n = 0;
    Str *members = ARENA_ARRAY(e->ctx->arena, Str, hierarchy->n_levels);
    for (size_t i = 0; i < hierarchy->n_levels; i++) {
        const ModelAttribute *attribute = &dimension->attributes[hierarchy->levels[i]];
        if (!model_sees(e->model, &attribute->label)) continue;
        levels = arena_printf(e->ctx->arena, "%.*s%s%.*s", STR_ARG(levels), n ? " > " : "", STR_ARG(attribute->name));
        members[n++] = dotted(e, role, attribute->name);
    }
    if (n < 2) return;
    add(e, (Entry){.kind = "hierarchy",
                   .name = dotted(e, dimension->name, hierarchy->name),
                   .owner = dimension->name,
                   .label = &hierarchy->label,
                   .levels = levels,
                   .members = members,
                   .n_members = n,
                   .is_hidden = dimension->label.is_hidden});
}

/* Under each name that facts use the dimension by. */
static void add_dimension(Entries *e, const ModelDimension *dimension) {
    VEC(Str) roles = {0};
    for (size_t f = 0; f < e->model->n_facts; f++) {
        const ModelFact *fact = &e->model->facts[f];
        for (size_t r = 0; r < fact->n_roles; r++) {
            bool is_known = fact->roles[r].dimension != dimension;
            for (size_t i = 0; i < roles.n; i++) is_known |= str_eq(roles.at[i], fact->roles[r].name);
            if (!is_known) VEC_PUSH(e->ctx->arena, &roles, fact->roles[r].name);
        }
    }
    if (!roles.n) VEC_PUSH(e->ctx->arena, &roles, dimension->name);
    add(e, (Entry){.kind = "dimension", .name = dimension->name, .label = &dimension->label});
    for (size_t i = 0; i < roles.n; i++) add_attributes(e, dimension, roles.at[i]);
    for (size_t i = 0; i < dimension->n_hierarchies; i++)
        add_hierarchy(e, dimension, &dimension->hierarchies[i], roles.at[0]);
}

typedef struct Names {
    const Model *model;
    const ModelFact *fact; /* NULL: a dimension's rows */
    bool has_unseen;
} Names;

static void see_name(void *arg, const Expr *name) {
    Names *names = arg;
    ModelMember member;
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    bool is_seen = !model_member(names->model, names->fact, name->name, &member, NULL);
    if (!is_seen && names->fact)
        is_seen = !model_member(names->model, names->fact,
                                arena_printf(arena, "%.*s.%.*s", STR_ARG(names->fact->name), STR_ARG(name->name)),
                                &member, NULL);
    names->has_unseen |= !is_seen;
}

/* A definition that names what the caller may not see is not told. */
static Str definition(Entries *e, const ModelFact *fact, const Expr *expr) {
    Names names = {.model = e->model, .fact = fact};
    expr_each_name(expr, see_name, &names);
    return names.has_unseen ? (Str){0} : expr_print(e->ctx->arena, expr);
}

static const ModelFact *first_fact_of(const Model *model, const ModelFilter *filter) {
    for (size_t i = 0; i < model->n_facts; i++)
        if (filter->facts >> i & 1) return &model->facts[i];
    return NULL;
}

/* It belongs to no fact: 'facts' says of which it is. */
static void add_filter(Entries *e, const ModelFilter *filter) {
    add(e, (Entry){.kind = "filter",
                   .name = filter->name,
                   .owner = filter->dimension ? filter->dimension->name : (Str){0},
                   .label = &filter->label,
                   .type = TYPE(TYPE_BOOL),
                   .expr = definition(e, first_fact_of(e->model, filter), filter->expr)});
}

static void gather(Entries *e) {
    const Model *model = e->model;
    for (size_t i = 0; i < model->n_facts; i++) add_fact(e, &model->facts[i]);
    for (size_t i = 0; i < model->n_dimensions; i++) add_dimension(e, &model->dimensions[i]);
    for (size_t i = 0; i < model->n_filters; i++) add_filter(e, &model->filters[i]);
    for (size_t i = 0; i < model->n_measures; i++) {
        const ModelMeasure *measure = &model->measures[i];
        add(e, (Entry){.kind = "measure",
                       .name = measure->name,
                       .owner = measure->fact ? measure->fact->name : (Str){0},
                       .label = &measure->label,
                       .type = measure->type,
                       .expr = definition(e, measure->fact, measure->expr),
                       .additivity = model_additivity_name(measure->additivity),
                       .better = measure->better ? model_better_name(measure->better) : (Str){0}});
    }
}

/* ---- writing -------------------------------------------------------------------------------------------------------- */

static Str type_text(const Ctx *ctx, const Entry *entry) {
    char text[TYPE_TEXT_MAX];
    return entry->type.kind == TYPE_NULL ? (Str){0} : arena_str(ctx->arena, str_of(type_print(entry->type, text)));
}

static ErrCode write_texts(Writer *w, Str name, const Str *texts, size_t n, Err *err) {
    if (!n) return ERR_OK;
    TRY(writer_list_begin(w, name, err));
    for (size_t i = 0; i < n; i++) TRY(writer_field(w, (Str){0}, (Str){0}, value_text(texts[i]), err));
    return writer_list_end(w, err);
}

static Str joined(const Ctx *ctx, const Str *texts, size_t n) {
    Str all = {0};
    for (size_t i = 0; i < n; i++)
        all = arena_printf(ctx->arena, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "", STR_ARG(texts[i]));
    return all;
}

typedef struct Field {
    const char *name;
    const char *title; /* for people */
    Value value;       /* null: there is none */
} Field;

static Value said(Str text) {
    return text.n ? value_text(text) : value_null(TYPE(TYPE_TEXT));
}

/* What there is to say of one; with titles also to people. Lists are texts to people. */
static ErrCode write_entry(const Ctx *ctx, Writer *w, const Entry *entry, bool has_titles, Err *err) {
    const ModelLabel *label = entry->label;
    Value decimals = label->decimals < 0 ? value_null(TYPE(TYPE_INT64)) : value_int(label->decimals);
    const Field fields[] = {
        {"kind", "Kind", said(str_of(entry->kind))},
        {"name", "Name", said(entry->name)},
        {"title", "Title", said(label->title)},
        {"of", "Of", said(entry->owner)},
        {"type", "Type", said(type_text(ctx, entry))},
        {"description", "Description", said(label->description)},
        {"expr", "Definition", said(entry->expr)},
        {"levels", "Levels", said(entry->levels)},
        {"time", "Time", said(entry->time)},
        {"time_unit", "Step of time", said(entry->time_unit)},
        {"format", "Format", said(label->format)},
        {"unit", "Unit", said(label->unit)},
        {"decimals", "Decimals", decimals},
        {"pii", "Personal data", said(model_pii_name(label->pii_class))},
        {"aggregate", "As a measure", said(entry->aggregate)},
        {"additivity", "Additivity", said(entry->additivity)},
        {"better", "Better", said(entry->better)},
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (!fields[i].value.is_null)
            TRY(writer_field(w, str_of(fields[i].name), has_titles ? str_of(fields[i].title) : (Str){0},
                             fields[i].value, err));
    if (entry->is_hidden) TRY(writer_field(w, S("is_hidden"), (Str){0}, value_bool(true), err));
    const struct {
        const char *name, *title;
        const Str *texts;
        size_t n;
    } lists[] = {{"synonyms", "Also called", label->synonyms, label->n_synonyms},
                 {"visible_to", "Visible to", label->visible_to, label->n_visible_to},
                 {"aggregations", "Aggregations", entry->aggregations, entry->n_aggregations},
                 {"members", NULL, entry->members, entry->n_members},
                 {"facts", "Asked with", entry->facts, entry->n_facts}};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        TRY(write_texts(w, str_of(lists[i].name), lists[i].texts, lists[i].n, err));
        if (has_titles && lists[i].title && lists[i].n && writer_format(w) == WRITER_TEXT)
            TRY(writer_field(w, str_of(lists[i].name), str_of(lists[i].title),
                             value_text(joined(ctx, lists[i].texts, lists[i].n)), err));
    }
    return ERR_OK;
}

static const WriterColumn COLUMNS[] = {
    {.name = S_INIT("kind"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("name"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("title"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("type"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
    {.name = S_INIT("description"), .type = {.kind = TYPE_TEXT}, .decimals = -1},
};

/* What is not described is told by its definition, or its levels. */
static Str description(const Entry *entry) {
    if (entry->label->description.n) return entry->label->description;
    bool is_defined = str_eq(str_of(entry->kind), S("measure")) || str_eq(str_of(entry->kind), S("filter"));
    return entry->levels.n ? entry->levels : is_defined ? entry->expr : (Str){0};
}

/* Entries as a table to people, as objects to machines; `owner` empty: all of them. */
static ErrCode write_members(const Entries *e, Writer *w, Str owner, Err *err) {
    const Ctx *ctx = e->ctx;
    BatchBuilder *rows = app_rows_new(ctx->arena, COLUMNS, COUNT_OF(COLUMNS), e->list.n);
    TRY(writer_list_begin(w, S("members"), err));
    for (size_t i = 0; i < e->list.n; i++) {
        const Entry *entry = &e->list.at[i];
        if (entry->is_hidden || (owner.n && !str_eq(entry->owner, owner))) continue;
        TRY(writer_object_begin(w, (Str){0}, err));
        TRY(write_entry(ctx, w, entry, false, err));
        TRY(writer_object_end(w, err));
        const Str cells[] = {str_of(entry->kind), entry->name, entry->label->title, type_text(ctx, entry),
                             description(entry)};
        for (size_t c = 0; c < COUNT_OF(cells); c++)
            if (cells[c].n) batch_builder_set(rows, c, value_text(cells[c]));
        batch_builder_next_row(rows);
    }
    TRY(writer_list_end(w, err));
    if (writer_format(w) == WRITER_JSON) return ERR_OK;
    TRY(writer_table_begin(w, S("members"), COLUMNS, COUNT_OF(COLUMNS), err));
    TRY(writer_rows(w, batch_builder_batch(rows), err));
    return writer_table_end(w, err);
}

static ErrCode write_rules(const Ctx *ctx, Writer *w, const Model *model, Err *err) {
    TRY(writer_list_begin(w, S("rules"), err));
    if (model->n_rules) TRY(writer_note(w, S("Rules:"), err));
    for (size_t i = 0; i < model->n_rules; i++) {
        TRY(writer_field(w, (Str){0}, (Str){0}, value_text(model->rules[i]), err));
        TRY(writer_note(w, arena_printf(ctx->arena, "  %.*s", STR_ARG(model->rules[i])), err));
    }
    return writer_list_end(w, err);
}

static ErrCode write_question(Writer *w, const ModelQuestion *question, Err *err) {
    TRY(writer_object_begin(w, (Str){0}, err));
    TRY(writer_field(w, S("question"), (Str){0}, value_text(question->question), err));
    TRY(writer_field(w, S("query"), (Str){0}, value_text(question->query), err));
    TRY(write_texts(w, S("also"), question->also, question->n_also, err));
    if (question->verified_by.n)
        TRY(writer_field(w, S("verified_by"), (Str){0}, value_text(question->verified_by), err));
    if (question->has_verified_on)
        TRY(writer_field(w, S("verified_on"), (Str){0}, value_date(question->verified_on), err));
    TRY(writer_field(w, S("is_example"), (Str){0}, value_bool(question->is_example), err));
    return writer_object_end(w, err);
}

static ErrCode write_questions(const Ctx *ctx, Writer *w, const Model *model, Err *err) {
    bool is_first = true;
    TRY(writer_list_begin(w, S("questions"), err));
    for (size_t i = 0; i < model->n_questions; i++) {
        const ModelQuestion *question = &model->questions[i];
        if (!ask_question_is_seen(ctx, question)) continue;
        if (is_first) TRY(writer_note(w, S("Questions:"), err));
        is_first = false;
        TRY(writer_note(w, arena_printf(ctx->arena, "  %.*s", STR_ARG(question->question)), err));
        TRY(write_question(w, question, err));
    }
    return writer_list_end(w, err);
}

static bool is_seen(const Model *model, Str name) {
    ModelMember member;
    return !model_member(model, NULL, name, &member, NULL);
}

/* Without what the caller may not see. */
static ErrCode write_tops(Writer *w, const Model *model, Err *err) {
    const ModelHome *home = &model->ui.home;
    if (!home->tops) return ERR_OK;
    TRY(writer_list_begin(w, S("tops"), err));
    for (size_t i = 0; i < home->n_tops; i++) {
        const ModelTop *top = &home->tops[i];
        if (!is_seen(model, top->dimension) || (top->measure.n && !is_seen(model, top->measure))) continue;
        TRY(writer_object_begin(w, (Str){0}, err));
        if (top->measure.n) TRY(writer_field(w, S("measure"), (Str){0}, value_text(top->measure), err));
        TRY(writer_field(w, S("dimension"), (Str){0}, value_text(top->dimension), err));
        if (top->limit) TRY(writer_field(w, S("limit"), (Str){0}, value_int(top->limit), err));
        TRY(writer_field(w, S("order"), (Str){0}, value_text(top->is_ascending ? S("asc") : S("desc")), err));
        TRY(writer_object_end(w, err));
    }
    return writer_list_end(w, err);
}

static ErrCode write_home(const Ctx *ctx, Writer *w, const Model *model, Err *err) {
    const ModelHome *home = &model->ui.home;
    Str *measures = ARENA_ARRAY(ctx->arena, Str, home->n_measures + 1);
    size_t n = 0;
    for (size_t i = 0; i < home->n_measures; i++)
        if (is_seen(model, home->measures[i])) measures[n++] = home->measures[i];
    TRY(writer_object_begin(w, S("home"), err));
    TRY(write_texts(w, S("measures"), measures, n, err));
    if (home->trend.n && is_seen(model, home->trend))
        TRY(writer_field(w, S("trend"), (Str){0}, value_text(home->trend), err));
    TRY(write_tops(w, model, err));
    if (home->period.n) TRY(writer_field(w, S("period"), (Str){0}, value_text(home->period), err));
    if (home->compare.n) TRY(writer_field(w, S("compare"), (Str){0}, value_text(home->compare), err));
    return writer_object_end(w, err);
}

static ErrCode write_ui(const Ctx *ctx, Writer *w, const Model *model, Err *err) {
    TRY(writer_object_begin(w, S("ui"), err));
    TRY(app_write_looks(w, &model->ui, err));
    TRY(write_home(ctx, w, model, err));
    return writer_object_end(w, err);
}

/* The parts that any date has: "order_date.month". */
static ErrCode write_parts(Writer *w, Err *err) {
    size_t n;
    const ModelPart *parts = model_parts(&n);
    TRY(writer_list_begin(w, S("time_parts"), err));
    for (size_t i = 0; i < n; i++) {
        TRY(writer_object_begin(w, (Str){0}, err));
        TRY(writer_field(w, S("name"), (Str){0}, value_text(parts[i].name), err));
        if (parts[i].grain)
            TRY(writer_field(w, S("grain"), (Str){0}, value_text(str_of(time_grain_name(parts[i].grain))), err));
        TRY(writer_object_end(w, err));
    }
    return writer_list_end(w, err);
}

static ErrCode show_all(const Entries *e, Writer *w, Err *err) {
    const Model *model = e->model;
    TRY(writer_field(w, S("project"), (Str){0}, value_text(e->ctx->project), err));
    TRY(writer_field(w, S("name"), S("Model"), value_text(model->name), err));
    TRY(writer_field(w, S("title"), S("Title"), value_text(model->title), err));
    TRY(writer_field(w, S("version"), S("Version"), value_int(snapshot_version(e->ctx->snapshot)), err));
    if (model->description.n)
        TRY(writer_field(w, S("description"), S("Description"), value_text(model->description), err));
    TRY(writer_field(w, S("time_zone"), (Str){0}, value_text(model->calendar.time_zone), err));
    TRY(writer_field(w, S("fiscal_year_month"), (Str){0}, value_int(model->calendar.fiscal_year_month), err));
    TRY(write_parts(w, err));
    TRY(write_members(e, w, (Str){0}, err));
    TRY(write_rules(e->ctx, w, model, err));
    TRY(write_questions(e->ctx, w, model, err));
    return write_ui(e->ctx, w, model, err);
}

/* ---- one ------------------------------------------------------------------------------------------------------------ */

static const Entry *find_entry(const Entries *e, Str name) {
    for (size_t i = 0; i < e->list.n; i++)
        if (str_eq(e->list.at[i].name, name)) return &e->list.at[i];
    return NULL;
}

static ErrCode show_one(const Entries *e, Str name, Writer *w, Err *err) {
    const Entry *entry = find_entry(e, name);
    if (!entry) { /* by another of its names, or with a part of a date */
        ModelMember member;
        TRY(model_member(e->model, NULL, name, &member, err));
        member.part = NULL;
        entry = find_entry(e, model_member_name(e->ctx->arena, &member));
        if (!entry) return err_set(err, ERR_UNKNOWN_NAME, "no member '%.*s' in this model", STR_ARG(name));
    }
    TRY(write_entry(e->ctx, w, entry, true, err));
    bool has_members = !entry->owner.n && entry->type.kind == TYPE_NULL;
    return !has_members ? ERR_OK : write_members(e, w, entry->name, err);
}

static ErrCode run(const Ctx *ctx, AppSession *session, const OpArgs *args, Writer *w, Err *err) {
    Entries e = {.ctx = ctx, .model = model_of(ctx)};
    gather(&e);
    session_reusable(session, -1, 0, (Str){0});
    return op_arg_has(args, "name") ? show_one(&e, op_arg_text(args, "name"), w, err) : show_all(&e, w, err);
}

static const OpArg ARGS[] = {
    {.name = "name",
     .type = OP_ARG_TEXT,
     .is_positional = true,
     .is_local = true,
     .help = "a fact, dimension, measure or other member: everything about it"},
};

const Op APP_OP_MODEL_SHOW = {
    .name = "model show",
    .route = "model",
    .summary = "Show what can be asked: facts, dimensions, filters, measures, rules and questions",
    .example = "starling model show amount",
    .permission = PERMISSION_READ_MODEL,
    .home = OP_HOME_READ,
    .needs_project = true,
    .answer = "Model",
    .is_reusable = true,
    .args = ARGS,
    .n_args = COUNT_OF(ARGS),
    .run = run,
};
