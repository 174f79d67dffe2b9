#pragma once
/* A small model for tests of names and expressions, and how a typed tree is written down. */
#include "test.h"

#include "model/model.h"

static const char FIXTURE_PACK[] = "pack: 1\n"
                                   "name: demo\n"
                                   "version: '1'\n"
                                   "sources:\n"
                                   "  shop:\n"
                                   "    kind: managed\n"
                                   "    tables:\n"
                                   "      client: {key: [id], columns: {id: text not null, name: text, since: date}}\n"
                                   "      sale:\n"
                                   "        key: [id]\n"
                                   "        columns:\n"
                                   "          id: int64 not null\n"
                                   "          day: date not null\n"
                                   "          at: timestamp\n"
                                   "          client_id: text\n"
                                   "          amount: decimal(18,2)\n"
                                   "          rate: decimal(6,4)\n"
                                   "          weight: float64\n"
                                   "          pieces: int64\n"
                                   "          note: text\n"
                                   "          is_gift: bool\n"
                                   "dimensions:\n"
                                   "  client: {from: client, key: [id], attributes: {id: , name: , since: }}\n"
                                   "facts:\n"
                                   "  line:\n"
                                   "    from: sale\n"
                                   "    joins: [{table: client, on: {id: client_id}}]\n"
                                   "    time: day\n"
                                   "    dimensions:\n"
                                   "      client: {id: client_id}\n"
                                   "      payer: {dimension: client, key: {id: client_id}}\n"
                                   "    times: {day: , at: }\n"
                                   "    attributes: {note: , is_gift: , sale_id: {expr: id}}\n"
                                   "    columns: {amount: , rate: , weight: , pieces: }\n"
                                   "  visit:\n"
                                   "    from: client\n"
                                   "    dimensions: {client: {id: id}}\n"
                                   "    times: {day: {expr: since}}\n"
                                   "    columns: {letters: {expr: length(name)}}\n"
                                   "measures:\n"
                                   "  revenue: {expr: sum(amount)}\n"
                                   "  lines: {expr: count(*)}\n"
                                   "  pieces: {expr: sum(pieces)}\n"
                                   "  average: {expr: revenue / lines}\n"
                                   "  gift_revenue: {expr: revenue where is_gift}\n"
                                   "  letters: {expr: sum(letters)}\n";

static UNUSED const Model *fixture_model(Arena *arena, const char *yaml) {
    Model *model = NULL;
    ModelFindings findings = {0};
    Err err = {0};
    char text[ERR_MESSAGE_MAX];
    if (model_parse(arena, str_of(yaml), S("pack.yaml"), NULL, &model, &findings, &err))
        fail_msg("%s", err_format(&err, text, sizeof(text)));
    return model;
}

static void fixture_write(Buf *out, Arena *arena, const SqlExpr *sql) {
    char type[TYPE_TEXT_MAX];
    switch (sql->kind) {
    case SQL_EXPR_COLUMN: buf_printf(out, "%.*s", STR_ARG(sql->name)); return;
    case SQL_EXPR_LITERAL:
        buf_printf(out, "%.*s:%s", STR_ARG(sql->value.is_null ? S("null") : value_print(arena, sql->value)),
                   type_print(sql->type, type));
        return;
    case SQL_EXPR_CALL: buf_add(out, str_of(sql_fn_info(sql->fn)->name)); break;
    case SQL_EXPR_CASE: buf_add(out, S("case")); break;
    case SQL_EXPR_CAST: buf_printf(out, "%s %s", sql->is_try ? "try_cast" : "cast", type_print(sql->type, type)); break;
    case SQL_EXPR_IN_LIST: buf_add(out, sql->is_negated ? S("not in") : S("in")); break;
    default: buf_add(out, S("?"));
    }
    buf_add_char(out, '(');
    if (sql->is_distinct) buf_add(out, S("distinct "));
    for (size_t i = 0; i < sql->n_args; i++) {
        if (i) buf_add(out, S(", "));
        fixture_write(out, arena, sql->args[i]);
    }
    buf_add_char(out, ')');
    if (!sql->filter) return;
    buf_add(out, S("["));
    fixture_write(out, arena, sql->filter);
    buf_add(out, S("]"));
}

/* "sum(line.amount)[=(note, x:text)]": functions by name, literals with their type, casts spelled out, filters in
 * brackets. */
static UNUSED Str fixture_show(Arena *arena, const SqlExpr *sql) {
    Buf out CLEANUP(buf_release);
    buf_init(&out, 1 << 16);
    fixture_write(&out, arena, sql);
    return arena_str(arena, buf_str(&out));
}

/* ModelFactScope.column; arg is an arena. Members by their canonical names. */
static UNUSED ErrCode fixture_column(void *arg, const ModelMember *member, const SqlExpr **ret, Err *err) {
    (void)err;
    *ret = sql_column(arg, (Str){0}, model_member_name(arg, member), member->type);
    return ERR_OK;
}
