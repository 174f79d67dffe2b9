/* model_parse: a model or findings, never both missing; every member of a model is found by its canonical name. */
#include "fuzz.h"

#include "model/model.h"

static void check_findings(const ModelFindings *findings, size_t n_lines) {
    size_t n_errors = 0;
    assert(findings->n <= MODEL_MAX_FINDINGS);
    for (size_t i = 0; i < findings->n; i++) {
        const ModelFinding *finding = &findings->at[i];
        n_errors += finding->is_error;
        assert(finding->message.n && utf8_is_valid(finding->message));
        assert(finding->place.line >= 0 && (size_t)finding->place.line <= n_lines);
        assert(!finding->is_error || finding->code);
    }
    assert(findings->is_cut || n_errors == findings->n_errors);
}

static void check_name(const Model *model, const ModelFact *fact, const ModelMember *member) {
    ModelMember again;
    Str name = model_member_name(model->arena, member);
    ErrCode code = model_member(model, fact, name, &again, NULL);
    assert(!code && str_eq(model_member_name(model->arena, &again), name));
}

static void check_model(const Model *model) {
    for (size_t i = 0; i < model->n_facts; i++) {
        const ModelFact *fact = &model->facts[i];
        for (size_t k = 0; k < fact->n_columns; k++) {
            const ModelFactColumn *column = &fact->columns[k];
            check_name(
                model, fact,
                &(ModelMember){.kind = MODEL_MEMBER_COLUMN, .type = column->type, .fact = fact, .column = column});
        }
    }
    for (size_t i = 0; i < model->n_measures; i++) {
        const ModelMeasure *measure = &model->measures[i];
        check_name(model, measure->fact,
                   &(ModelMember){.kind = MODEL_MEMBER_MEASURE, .type = measure->type, .measure = measure});
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Model *model = NULL;
    ModelFindings findings = {0};
    Err err = {0};
    ErrCode code =
        model_parse(arena, (Str){(const char *)data, n_bytes}, S("pack.yaml"), NULL, &model, &findings, &err);
    assert(code == err.code && !model == (code != ERR_OK) && code != ERR_INTERNAL);
    assert((findings.n_errors > 0) == (code != ERR_OK));
    check_findings(&findings, n_bytes + 1);
    if (!code) check_model(model);
    return 0;
}
