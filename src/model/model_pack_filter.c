/*
 * The section `filters`: parsing, and whose rows each can be asked of: a filter is of every fact that has all it names, and of a
 * dimension's own rows where it names attributes of one dimension only.
 *
 * As with measures, a filter that names others is typed after them, by going down on demand, and a reference to one is a typed leaf.
 * Depth and size as they would be written out are kept in the root node of its expression. What is broken is of every fact, so that
 * what names it is not complained of.
 */
#include "model/model_expr_internal.h"
#include "model/model_pack_internal.h"

typedef enum FilterState { FILTER_UNSEEN, FILTER_OPEN, FILTER_DONE } FilterState;

typedef struct Typing {
    FilterState state;
    bool is_broken;
    bool is_unread;         /* its text is broken */
    bool names_row;         /* a member, or a filter that names one */
    const ModelFact *given; /* by `fact:` */
    ModelPlace place;       /* where the expression begins */
} Typing;

typedef struct FilterReader {
    Pack *p;
    const Yaml *measures; /* by name, not read yet; may be NULL */
    ModelFilter *filters;
    Typing *typings;
    size_t n;
    const ModelFilter *open[EXPR_MAX_DEPTH]; /* being typed, outermost first */
    int n_open;
} FilterReader;

/* The rows looked at in one attempt to type a filter. */
typedef struct Attempt {
    FilterReader *r;
    const ModelFact *fact;           /* NULL: a dimension's own */
    const ModelDimension *dimension; /* without a fact: the one that has all names so far */
    const ModelRole *role;           /* the name that it has there */
    bool is_elsewhere;               /* a name failed that another fact has */
} Attempt;

static void type_filter(FilterReader *r, size_t index);

/* ---- one attempt ---------------------------------------------------------------------------------------------------- */

static ErrCode resolve_filter(Attempt *a, const ModelFilter *filter, Err *err) {
    const Typing *typing = &a->r->typings[filter - a->r->filters];
    if (typing->is_broken) return ERR_OK;
    if (!a->fact && a->dimension && a->dimension != filter->dimension)
        return err_set(err, ERR_INVALID, "filter '%.*s' is not of dimension '%.*s'", STR_ARG(filter->name),
                       STR_ARG(a->dimension->name));
    if (!a->fact) a->dimension = filter->dimension;
    if (!a->fact && !filter->dimension)
        return err_set(err, ERR_INVALID, "filter '%.*s' is of a fact", STR_ARG(filter->name));
    return ERR_OK;
}

/* Without a fact all names are attributes of one dimension, by one name of it. */
static ErrCode check_dimension(Attempt *a, const ModelMember *member, Err *err) {
    bool is_first = !a->dimension;
    bool fits = member->kind == MODEL_MEMBER_ATTRIBUTE &&
                (is_first || (member->dimension == a->dimension && (!a->role || member->role == a->role)));
    if (!fits)
        return err_set(err, ERR_INVALID,
                       "no fact has all of this, nor has one dimension; a filter is over one of them");
    a->dimension = member->dimension;
    a->role = member->role;
    return ERR_OK;
}

static ErrCode resolve(const ExprScope *scope, const Expr *name, ExprUse use, const SqlExpr **ret_sql,
                       const Expr **ret_expr, Err *err) {
    (void)use, (void)ret_expr;
    Attempt *a = scope->arg;
    const Model *model = a->r->p->model;
    ModelMember member;
    ErrCode code = model_resolve(model, a->fact, false, name, EXPR_USE_AGGREGATE, &member, err);
    bool is_elsewhere = false;
    for (size_t f = 0; code && err && f < model->n_facts; f++)
        is_elsewhere |= !model_resolve(model, &model->facts[f], false, name, EXPR_USE_AGGREGATE, &member, NULL);
    a->is_elsewhere |= is_elsewhere;
    if (code && !is_elsewhere && name->n_parts == 1 && a->r->measures && yaml_get(a->r->measures, name->parts[0]))
        return err_set(err, ERR_INVALID, "'%.*s' is a measure, and a filter looks at single rows; name a column",
                       STR_ARG(name->name));
    if (code) return code;
    if (member.kind == MODEL_MEMBER_FILTER)
        TRY(resolve_filter(a, member.filter, err));
    else if (!a->fact)
        TRY(check_dimension(a, &member, err));
    *ret_sql = sql_column(scope->arena, (Str){0}, name->name, member.type);
    return ERR_OK;
}

/* Whether it is a condition on these rows; with `errors` (NULL: not asked for) all that is wrong. */
static bool attempt(Attempt *a, const ModelFilter *filter, ExprErrors *errors) {
    Pack *p = a->r->p;
    char text[TYPE_TEXT_MAX];
    ExprScope scope = {.resolve = resolve, .arg = a, .arena = p->scratch};
    const SqlExpr *sql = NULL;
    if (!errors) {
        if (expr_compile(&scope, filter->expr, &sql, NULL)) return false;
    } else {
        *errors = (ExprErrors){.arena = p->arena};
        sql = expr_compile_all(&scope, filter->expr, errors);
        if (errors->n || !sql) return false;
    }
    bool is_unknown = sql->type.kind == TYPE_NULL && filter->expr->kind != EXPR_LITERAL; /* of what is broken */
    if (sql->type.kind == TYPE_BOOL || is_unknown) return true;
    if (!errors) return false;
    Err err;
    err_ignore(expr_error(&err, ERR_INVALID, a->r->typings[filter - a->r->filters].place,
                          "a filter is a condition (true or false), and this is %s", type_print(sql->type, text)));
    expr_errors_add(errors, filter->place, &err);
    return false;
}

/* ---- whose rows ----------------------------------------------------------------------------------------------------- */

/* A name that no fact has is the better news than a column of the wrong one. */
static void find_no_rows(FilterReader *r, const ModelFilter *filter, const ModelFact *given) {
    Pack *p = r->p;
    ExprErrors first = {0}, errors;
    bool is_told = false;
    for (size_t f = 0; f < p->model->n_facts; f++) {
        Attempt a = {.r = r, .fact = &p->model->facts[f]};
        if (given && given != a.fact) continue;
        (void)attempt(&a, filter, &errors);
        if (!is_told || !a.is_elsewhere) first = errors;
        is_told = true;
        if (!a.is_elsewhere) break;
    }
    Attempt a = {.r = r};
    if (!is_told) (void)attempt(&a, filter, &first);
    pack_find_errors(p, &first);
}

static void choose_rows(FilterReader *r, size_t index) {
    const Model *model = r->p->model;
    ModelFilter *filter = &r->filters[index];
    Typing *typing = &r->typings[index];
    uint64_t facts = 0;
    for (size_t f = 0; f < model->n_facts; f++) {
        Attempt a = {.r = r, .fact = &model->facts[f]};
        bool is_meant = !typing->given || typing->given == a.fact;
        if (is_meant && attempt(&a, filter, NULL)) facts |= UINT64_C(1) << f;
    }
    Attempt own = {.r = r};
    bool has_own = !typing->given && attempt(&own, filter, NULL);
    if (!facts && !has_own) {
        find_no_rows(r, filter, typing->given);
        typing->is_broken = true;
        return;
    }
    filter->facts = facts;
    filter->dimension = has_own ? own.dimension : NULL;
}

static void check_units(FilterReader *r, const ModelFilter *filter) {
    ExprErrors errors = {.arena = r->p->arena};
    for (size_t f = 0; f < r->p->model->n_facts && !errors.n; f++)
        if (filter->facts >> f & 1) model_check_units(r->p->model, &r->p->model->facts[f], filter->expr, &errors);
    pack_find_errors(r->p, &errors);
}

/* ---- typing --------------------------------------------------------------------------------------------------------- */

PackSize pack_row_size(const Pack *p, const Expr *expr) {
    PackSize sum = {.depth = 1, .size = 1};
    const ModelFilter *filter =
        expr->kind == EXPR_NAME && expr->n_parts == 1 ? model_filter(p->model, expr->parts[0]) : NULL;
    if (filter && filter->expr) {
        const ExprNode *node = (const ExprNode *)filter->expr;
        return (PackSize){.depth = node->depth + 1, .size = MIN_OF(node->size + 1, EXPR_MAX_NODES + 1)};
    }
    for (size_t i = 0; i < expr->n_args; i++) {
        PackSize arg = pack_row_size(p, expr->args[i]);
        sum.depth = MAX_OF(sum.depth, arg.depth + 1);
        sum.size = MIN_OF(sum.size + arg.size, EXPR_MAX_NODES + 1);
    }
    return sum;
}

/* Types the filters this one names first. */
static void type_named(void *arg, const Expr *name) {
    FilterReader *r = arg;
    Typing *outer = &r->typings[r->open[r->n_open - 1] - r->filters];
    const ModelFilter *filter = name->n_parts == 1 ? model_filter(r->p->model, name->parts[0]) : NULL;
    if (filter) type_filter(r, (size_t)(filter - r->filters));
    outer->names_row |= !filter || r->typings[filter - r->filters].names_row;
}

static void find_cycle(FilterReader *r, const ModelFilter *again) {
    Str chain = {0};
    for (int i = 0; i < r->n_open; i++)
        if (chain.n || r->open[i] == again)
            chain = arena_printf(r->p->scratch, "%.*s%.*s -> ", STR_ARG(chain), STR_ARG(r->open[i]->name));
    pack_find(r->p, again->place, "the filter is defined by itself: %.*s%.*s", STR_ARG(chain), STR_ARG(again->name));
    for (int i = r->n_open - 1; i >= 0; i--) {
        r->typings[r->open[i] - r->filters].is_broken = true;
        if (r->open[i] == again) break;
    }
}

/* Marks the root as a row's, and keeps there what the whole will be when it is written out. */
static void write_out(FilterReader *r, ModelFilter *filter, Typing *typing) {
    PackSize size = pack_row_size(r->p, filter->expr);
    ExprNode *root = arena_dup(r->p->arena, filter->expr, sizeof(ExprNode));
    *root = (ExprNode){.expr = *filter->expr, .depth = size.depth, .size = size.size};
    root->expr.is_row = true;
    filter->expr = &root->expr;
    if (size.depth <= EXPR_MAX_DEPTH && size.size <= EXPR_MAX_NODES) return;
    if (!typing->is_broken)
        pack_find(r->p, filter->place,
                  "with its filters written out, '%.*s' is more than %d deep or has more than %d parts",
                  STR_ARG(filter->name), EXPR_MAX_DEPTH, EXPR_MAX_NODES);
    typing->is_broken = true;
}

static void type_filter(FilterReader *r, size_t index) {
    Pack *p = r->p;
    ModelFilter *filter = &r->filters[index];
    Typing *typing = &r->typings[index];
    if (typing->state == FILTER_OPEN && !typing->is_broken) find_cycle(r, filter);
    if (typing->state != FILTER_UNSEEN) return;
    typing->state = FILTER_OPEN;
    if (r->n_open == EXPR_MAX_DEPTH) {
        pack_find(p, filter->place, "filters are built on each other more than %d deep", EXPR_MAX_DEPTH);
        typing->is_broken = true;
    }
    if (filter->expr && !typing->is_broken) {
        r->open[r->n_open++] = filter;
        expr_each_name(filter->expr, type_named, r);
        r->n_open--;
        write_out(r, filter, typing);
        if (typing->is_unread) find_no_rows(r, filter, typing->given); /* what else is wrong */
        typing->is_broken |= typing->is_unread;
        if (!typing->is_broken) choose_rows(r, index);
        if (!typing->is_broken) check_units(r, filter);
        if (!typing->is_broken && !typing->names_row)
            pack_find(p, typing->place, "filter '%.*s' says nothing about a row; name a column or an attribute",
                      STR_ARG(filter->name));
    }
    typing->state = FILTER_DONE;
    typing->is_broken |= !filter->expr;
    if (r->n_open == 0) arena_reset(p->scratch);
}

/* ---- the section ---------------------------------------------------------------------------------------------------- */

static void check_clash(Pack *p, const ModelFilter *filter) {
    for (size_t f = 0; f < p->model->n_facts; f++) {
        const ModelFact *fact = &p->model->facts[f];
        for (size_t i = 0; i < fact->n_columns; i++)
            if (str_eq(fact->columns[i].name, filter->name))
                pack_find(p, filter->place, "'%.*s' is a column of fact '%.*s' and a filter; rename one",
                          STR_ARG(filter->name), STR_ARG(fact->name));
    }
}

static void read_filter(FilterReader *r, size_t index, const YamlPair *pair) {
    Pack *p = r->p;
    ModelFilter *filter = &r->filters[index];
    Typing *typing = &r->typings[index];
    *filter = (ModelFilter){.name = pair->key, .facts = UINT64_MAX, .place = pair->place};
    pack_check_name(p, pair->key, pair->place, false);
    bool is_map = pack_check(p, pair->value, pair->place, PACK_OBJECT_FILTER);
    const Yaml *value = is_map ? pair->value : NULL, *expr = pack_scalar(value, "expr");
    size_t n_before = p->n_errors;
    pack_label(p, value, pair->key, &filter->label);
    filter->expr = pack_expr(p, expr);
    typing->place = expr ? expr->place : pair->place;
    typing->is_unread = p->n_errors > n_before;
    typing->given = pack_given_fact(p, pack_scalar(value, "fact"), &typing->is_broken);
    check_clash(p, filter);
}

void pack_read_filters(Pack *p, const Yaml *root) {
    const Yaml *map = pack_map(root, "filters");
    if (!map || map->n == 0) return;
    FilterReader r = {.p = p,
                      .measures = pack_map(root, "measures"),
                      .n = map->n,
                      .filters = ARENA_ARRAY(p->arena, ModelFilter, map->n),
                      .typings = ARENA_ARRAY(p->arena, Typing, map->n)};
    for (size_t i = 0; i < map->n; i++) read_filter(&r, i, &map->pairs[i]);
    p->model->filters = r.filters;
    p->model->n_filters = r.n;
    for (size_t i = 0; i < r.n; i++) type_filter(&r, i);
}
