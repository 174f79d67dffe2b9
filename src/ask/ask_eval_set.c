/* A set of questions: one JSON object a line. */
#include "ask/ask_eval.h"

static const JsonLimits LINE_LIMITS = {.max_bytes = 1 << 20, .max_depth = 16, .max_values = 10000};

typedef struct SetReader {
    Arena *arena;
    int line;
    Map *ids; /* id -> index + 1 */
    VEC(AskEvalItem) items;
} SetReader;

/* ---- one key -------------------------------------------------------------------------------------------------------- */

static ErrCode wrong_kind(const char *key, const char *wanted, const Json *got, Err *err) {
    return err_set(err, ERR_INVALID, "'%s' is %s, not %s", key, wanted, json_kind_name(got->kind));
}

/* Absent and null are empty. */
static ErrCode read_text(const Json *object, const char *key, Str *ret_text, Err *err) {
    const Json *value = json_get(object, str_of(key));
    *ret_text = S("");
    if (!value || value->kind == JSON_NULL) return ERR_OK;
    if (value->kind != JSON_TEXT) return wrong_kind(key, "a text", value, err);
    *ret_text = value->s;
    return ERR_OK;
}

static ErrCode read_needed(const Json *object, const char *key, Str *ret_text, Err *err) {
    TRY(read_text(object, key, ret_text, err));
    return str_trim(*ret_text).n ? ERR_OK
                                 : err_set(err, ERR_INVALID, "no '%s'; a question has id, db and question", key);
}

static ErrCode read_sql(Arena *arena, const Json *object, AskEvalItem *item, Err *err) {
    const Json *value = json_get(object, S("sql"));
    if (!value || value->kind == JSON_NULL) return ERR_OK;
    bool is_list = value->kind == JSON_ARRAY;
    if (!is_list && value->kind != JSON_TEXT) return wrong_kind("sql", "a text or a list of texts", value, err);
    size_t n = is_list ? value->array.n : 1;
    if (n > ASK_EVAL_MAX_READINGS)
        return err_set(err, ERR_TOO_LARGE, "'sql' has more than %d readings", ASK_EVAL_MAX_READINGS);
    Str *sql = ARENA_ARRAY(arena, Str, n + 1);
    for (size_t i = 0; i < n; i++) {
        const Json *one = is_list ? value->array.at[i] : value;
        if (one->kind != JSON_TEXT) return wrong_kind("sql", "a text or a list of texts", one, err);
        sql[i] = one->s;
    }
    item->sql = sql;
    item->n_sql = n;
    return ERR_OK;
}

static ErrCode read_expect(const Json *object, AskEvalItem *item, Err *err) {
    Str text;
    TRY(read_text(object, "expect", &text, err));
    if (!text.n)
        item->expect = item->n_sql ? ASK_EVAL_EXPECT_ANSWER : ASK_EVAL_EXPECT_UNKNOWN;
    else if (str_eq(text, S("answer")))
        item->expect = ASK_EVAL_EXPECT_ANSWER;
    else if (str_eq(text, S("refuse")))
        item->expect = ASK_EVAL_EXPECT_REFUSE;
    else if (str_eq(text, S("clarify")))
        item->expect = ASK_EVAL_EXPECT_CLARIFY;
    else
        return err_set(err, ERR_INVALID, "'expect' is answer, refuse or clarify, not '%.*s'", STR_ARG(text));
    if (item->expect == ASK_EVAL_EXPECT_ANSWER && item->n_sql > 1)
        return err_set(err, ERR_INVALID, "several 'sql' are the readings of expect clarify; an answer has one");
    return ERR_OK;
}

static ErrCode read_ordered(const Json *object, AskEvalItem *item, Err *err) {
    const Json *value = json_get(object, S("ordered"));
    if (!value || value->kind == JSON_NULL) return ERR_OK;
    if (value->kind != JSON_TRUE && value->kind != JSON_FALSE)
        return wrong_kind("ordered", "true or false", value, err);
    item->is_ordered = value->kind == JSON_TRUE;
    return ERR_OK;
}

static ErrCode read_follows(const SetReader *reader, const Json *object, AskEvalItem *item, Err *err) {
    Str id;
    TRY(read_text(object, "follows", &id, err));
    item->follows = -1;
    if (!id.n) return ERR_OK;
    uintptr_t before = (uintptr_t)map_get(reader->ids, id);
    if (!before)
        return err_set(err, ERR_INVALID, "'follows' names '%.*s', which is no question before this one", STR_ARG(id));
    if (!str_eq(reader->items.at[before - 1].db, item->db))
        return err_set(err, ERR_INVALID, "'follows' names '%.*s', which is a question to another db", STR_ARG(id));
    item->follows = (ptrdiff_t)before - 1;
    return ERR_OK;
}

/* ---- lines ---------------------------------------------------------------------------------------------------------- */

static ErrCode read_item(SetReader *reader, Str line, AskEvalItem *item, Err *err) {
    const Json *object = NULL;
    TRY(json_parse(reader->arena, line, &LINE_LIMITS, &object, err));
    if (object->kind != JSON_OBJECT)
        return err_set(err, ERR_INVALID, "a line is a JSON object, not %s", json_kind_name(object->kind));
    TRY(read_needed(object, "id", &item->id, err));
    TRY(read_needed(object, "db", &item->db, err));
    TRY(read_needed(object, "question", &item->question, err));
    TRY(read_text(object, "kind", &item->kind, err));
    TRY(read_sql(reader->arena, object, item, err));
    TRY(read_expect(object, item, err));
    TRY(read_ordered(object, item, err));
    TRY(read_follows(reader, object, item, err));
    if (map_put(reader->ids, item->id, (void *)(reader->items.n + 1)))
        return err_set(err, ERR_INVALID, "the id '%.*s' stands here twice", STR_ARG(item->id));
    return ERR_OK;
}

ErrCode ask_eval_set_read(Arena *arena, Str text, Str file, const AskEvalSet **ret_set, Err *err) {
    if (text.n > ASK_EVAL_SET_MAX_BYTES)
        return err_set(err, ERR_TOO_LARGE, "a set of questions has at most %d MiB", ASK_EVAL_SET_MAX_BYTES >> 20);
    SetReader reader = {.arena = arena, .ids = map_new(arena)};
    if (str_starts(text, S("\xEF\xBB\xBF"))) text = str_slice(text, 3, text.n);
    for (Str rest = text; rest.p;) {
        Str line = str_trim(str_split_next(&rest, '\n'));
        reader.line++;
        if (!line.n) continue;
        AskEvalItem item = {0};
        ErrCode code = read_item(&reader, line, &item, err);
        if (code) {
            if (err) err->line = 0; /* JSON's counts from the line's start; its column is right */
            int column = err ? err->column : 0;
            err_at(err, file, reader.line, column);
            return code;
        }
        VEC_PUSH(arena, &reader.items, item);
    }
    AskEvalSet *set = ARENA_NEW(arena, AskEvalSet);
    *set = (AskEvalSet){reader.items.at, reader.items.n};
    *ret_set = set;
    return ERR_OK;
}
