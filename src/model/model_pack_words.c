/*
 * What a pack says in words: the sections `rules` and `questions`. Questions are only looked at as JSON here; whether they can be asked is
 * told by who can compile them.
 */
#include "model/model_pack_internal.h"

/* ---- rules ---------------------------------------------------------------------------------------------------------- */

void pack_read_rules(Pack *p, const Yaml *root) {
    p->model->rules = pack_texts(p, root, "rules", PACK_RULE_MAX, PACK_RULES_MAX, &p->model->n_rules);
}

/* ---- questions ------------------------------------------------------------------------------------------------------ */

/* As YAML means it: bare words that are numbers, true, false or nothing are these. */
static void print_scalar(JsonWriter *writer, const Yaml *yaml) {
    int64_t number;
    double real;
    Str text = yaml->text;
    bool is_numeric = !yaml->is_quoted && text.n && (*text.p == '-' || (*text.p >= '0' && *text.p <= '9'));
    if (!yaml->is_quoted && (str_eq(text, S("true")) || str_eq(text, S("false"))))
        json_bool(writer, str_eq(text, S("true")));
    else if (is_numeric && str_to_int64(text, &number))
        json_int(writer, number);
    else if (is_numeric && str_to_double(text, &real))
        json_typed_float(writer, real);
    else
        json_text(writer, text);
}

static void print_yaml(JsonWriter *writer, const Yaml *yaml) {
    switch (yaml->kind) {
    case YAML_NULL: json_nil(writer); return;
    case YAML_SCALAR: print_scalar(writer, yaml); return;
    case YAML_LIST:
        json_array_begin(writer);
        for (size_t i = 0; i < yaml->n; i++) print_yaml(writer, &yaml->items[i]);
        json_array_end(writer);
        return;
    case YAML_MAP: break;
    }
    json_object_begin(writer);
    for (size_t i = 0; i < yaml->n; i++) {
        json_key(writer, yaml->pairs[i].key);
        print_yaml(writer, yaml->pairs[i].value);
    }
    json_object_end(writer);
}

static ErrCode map_to_json(Pack *p, const Yaml *map, Str *ret_text, Err *err) {
    Buf json CLEANUP(buf_release);
    JsonWriter writer;
    buf_init(&json, YAML_MAX_BYTES);
    json_writer_init(&writer, sink_of_buf(&json), false, err);
    print_yaml(&writer, map);
    TRY(json_writer_finish(&writer));
    *ret_text = arena_str(p->arena, buf_str(&json));
    return ERR_OK;
}

static void read_query(Pack *p, const Yaml *value, ModelQuestion *question) {
    const Json *json = NULL;
    Err err = {0};
    ErrCode code = ERR_OK;
    if (!value || (value->kind != YAML_MAP && value->kind != YAML_SCALAR)) return;
    if (value->kind == YAML_MAP)
        code = map_to_json(p, value, &question->query, &err);
    else
        question->query = value->text;
    if (!code) code = json_parse(p->scratch, question->query, &JSON_LIMITS_DEFAULT, &json, &err);
    if (code)
        pack_find(p, value->place, "'query' is not a semantic query: %s", err.message);
    else if (!json_is(json, JSON_OBJECT))
        pack_find(p, value->place, "'query' takes a semantic query in JSON, such as '{\"measures\":[\"NAME\"]}'");
    else if (json_get(json, S("model")))
        pack_find(p, value->place, "a question of the pack is one to this version of it; leave 'model' out");
}

static void read_verified(Pack *p, const Yaml *map, ModelQuestion *question) {
    const Yaml *on = pack_scalar(map, "verified_on");
    int64_t day = 0;
    question->verified_by = pack_text(p, map, "verified_by", PACK_TITLE_MAX);
    if (!on) return;
    if (!time_parse_date(on->text, &day))
        pack_find(p, on->place, "'%.*s' is no day; write it as 2026-11-03", STR_ARG(on->text));
    if (!question->verified_by.n)
        pack_find(p, on->place, "'verified_on' says when; say with 'verified_by' who verified it");
    question->has_verified_on = true;
    question->verified_on = (int32_t)day;
}

/* The same words twice would have two answers. */
static void check_words(Pack *p, Map *words, Str text, ModelPlace at) {
    Str folded = utf8_fold(p->scratch, text);
    const ModelPlace *before = map_get(words, folded);
    if (before)
        pack_find(p, at, "this question stands at line %d already; each has one answer", before->line);
    else
        (void)map_put(words, folded, arena_dup(p->scratch, &at, sizeof(at)));
}

void pack_read_questions(Pack *p, const Yaml *root) {
    const Yaml *list = pack_list(root, "questions");
    if (!list) return;
    if (list->n > PACK_QUESTIONS_MAX)
        pack_find(p, list->place, "%zu questions; at most %d are allowed", list->n, PACK_QUESTIONS_MAX);
    ModelQuestion *questions = ARENA_ARRAY(p->arena, ModelQuestion, list->n + 1);
    Map *words = map_new(p->scratch);
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const Yaml *item = &list->items[i], *also = pack_list(item, "also");
        if (!pack_check(p, item, item->place, PACK_OBJECT_QUESTION)) continue;
        ModelQuestion *question = &questions[n++];
        *question = (ModelQuestion){.question = pack_text(p, item, "question", PACK_QUESTION_MAX),
                                    .is_example = pack_bool(item, "is_example"),
                                    .place = item->place};
        question->also = pack_texts(p, item, "also", PACK_QUESTION_MAX, PACK_ALSO_MAX, &question->n_also);
        read_query(p, yaml_get(item, S("query")), question);
        read_verified(p, item, question);
        if (question->question.n) check_words(p, words, question->question, item->place);
        for (size_t k = 0; k < question->n_also; k++) check_words(p, words, question->also[k], also->items[k].place);
    }
    p->model->questions = questions;
    p->model->n_questions = n;
}
