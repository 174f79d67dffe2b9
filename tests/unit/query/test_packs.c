/* The packs that ship with the program: every question is read, compiled and written for every engine. */
#include "query_fixture.h"

static void check_question(Fixture *f, const ModelQuestion *question) {
    const SqlDialect *dialects[] = {&SQL_DIALECT_DUCKDB, &SQL_DIALECT_SQLITE};
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    OK(f, query_parse_text(&f->ctx, question->query, &query, &f->err));
    OK(f, query_compile(&f->ctx, query, NULL, &plan, &f->err));
    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        SqlText sql;
        OK(f, query_sql(&f->ctx, dialects[i], plan, &sql, &f->err));
    }
}

/* Each measure alone, each attribute as a group. */
static void check_members(Fixture *f) {
    for (size_t i = 0; i < f->model->n_measures; i++) {
        const ModelMeasure *measure = &f->model->measures[i];
        ModelQuestion question = {.query = arena_printf(f->arena, "{\"measures\":[\"%.*s\"]}", STR_ARG(measure->name))};
        check_question(f, &question);
    }
    for (size_t i = 0; i < f->model->n_facts; i++) {
        const ModelFact *fact = &f->model->facts[i];
        for (size_t r = 0; r < fact->n_roles; r++) {
            for (size_t a = 0; a < fact->roles[r].dimension->n_attributes; a++) {
                ModelQuestion question = {
                    .query = arena_printf(
                        f->arena,
                        "{\"measures\":[{\"expr\":\"count(*)\",\"as\":\"n\"}],\"dimensions\":[\"%.*s.%.*s\"]}",
                        STR_ARG(fact->roles[r].name), STR_ARG(fact->roles[r].dimension->attributes[a].name))};
                check_question(f, &question);
            }
        }
    }
}

TEST(every_question_and_member_of_every_pack_is_compiled) {
    Fixture base;
    Str *names;
    size_t n = 0;
    fixture_init(&base);
    OK(&base, dir_list(base.arena, "packs", &names, &n, &base.err));
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        const char *folder = path_join(base.arena, "packs", arena_cstr(base.arena, names[i]));
        if (!file_exists(path_join(base.arena, folder, "pack.yaml"))) continue;
        Fixture f = {.arena = arena_new(0), .snapshot = snapshot_new(1)};
        ModelFindings findings = {0};
        f.ctx = base.ctx;
        f.ctx.arena = f.arena;
        f.ctx.snapshot = f.snapshot;
        f.ctx.as_of_us = 0; /* what relative times count from: any day, and any number of an axis of numbers */
        OK(&f, model_load(f.arena, folder, &f.model, &findings, &f.err));
        snapshot_set(f.snapshot, SNAPSHOT_MODEL, f.model, NULL);
        for (size_t k = 0; k < f.model->n_questions; k++) check_question(&f, &f.model->questions[k]);
        check_members(&f);
        fixture_free(&f);
    }
    fixture_free(&base);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_question_and_member_of_every_pack_is_compiled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
