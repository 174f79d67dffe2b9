#pragma once
/* What the tests of chart/ share: charts described in JSON, so that a reader can add one without C.
 *
 *   {"title": "…", "kind": "bar", "stacked": true, "width": 60,
 *    "columns": [{"name": "city", "title": "City", "type": "text", "role": "dimension"}, …],
 *    "rows": [["Ulm", 12.5], …]}
 *
 * Without kind it is chosen. A column also takes format, unit, decimals, grain, fiscal_month, additive, share, ordered, bucket. role: one of
 * dimension, time, measure.
 */
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart/chart.h"

typedef struct Case {
    ChartSpec spec;
    ChartData data;
    int width; /* of the text */
} Case;

static inline Str case_text(const Json *object, const char *key) {
    const Json *value = json_get(object, str_of(key));
    return json_is(value, JSON_TEXT) ? value->s : (Str){0};
}

static inline int case_int(const Json *object, const char *key, int otherwise) {
    const Json *value = json_get(object, str_of(key));
    return json_is(value, JSON_INT) ? (int)value->i : otherwise;
}

static inline bool case_is(const Json *object, const char *key) {
    return json_is(json_get(object, str_of(key)), JSON_TRUE);
}

static inline Value case_value(const Json *json, Type type) {
    Value value = value_null(type);
    if (json->kind == JSON_INT && type.kind == TYPE_INT64) value = value_int(json->i);
    if (json->kind == JSON_INT && type.kind == TYPE_FLOAT64) value = value_float((double)json->i);
    if (json->kind == JSON_REAL) value = value_float(json->f);
    if (json->kind == JSON_TEXT && value_parse(json->s, type, &value, NULL)) fail_msg("'%.*s'", STR_ARG(json->s));
    return value;
}

static inline ChartColumn case_column(const Json *json) {
    Str role = case_text(json, "role");
    ChartColumn column = {.name = case_text(json, "name"),
                          .title = case_text(json, "title"),
                          .role = str_eq(role, S("measure")) ? CHART_ROLE_MEASURE
                                  : str_eq(role, S("time"))  ? CHART_ROLE_TIME
                                                             : CHART_ROLE_DIMENSION,
                          .format = {.kind = case_text(json, "format"),
                                     .unit = case_text(json, "unit"),
                                     .decimals = case_int(json, "decimals", -1),
                                     .fiscal_month = case_int(json, "fiscal_month", 0)},
                          .is_additive = case_is(json, "additive"),
                          .is_share = case_is(json, "share"),
                          .is_ordered = case_is(json, "ordered")};
    column.format.is_name = column.role != CHART_ROLE_MEASURE;
    if (!type_parse(case_text(json, "type"), &column.type)) fail_msg("no type of '%.*s'", STR_ARG(column.name));
    if (case_text(json, "grain").n && !time_grain_parse(case_text(json, "grain"), &column.format.grain)) fail();
    if (json_get(json, S("bucket"))) column.bucket = case_value(json_get(json, S("bucket")), column.type);
    return column;
}

static inline Case case_of(Arena *arena, Str text) {
    Err err = {0};
    const Json *json = NULL;
    if (json_parse(arena, text, NULL, &json, &err)) fail_msg("line %d: %s", err.line, err.message);
    const Json *columns = json_get(json, S("columns")), *rows = json_get(json, S("rows"));
    size_t n = columns->array.n;
    ChartColumn *made = ARENA_ARRAY(arena, ChartColumn, n + 1);
    Str *names = ARENA_ARRAY(arena, Str, n + 1);
    Type *types = ARENA_ARRAY(arena, Type, n + 1);
    for (size_t i = 0; i < n; i++) {
        made[i] = case_column(columns->array.at[i]);
        names[i] = made[i].name;
        types[i] = made[i].type;
    }
    BatchBuilder *builder = batch_builder_new(arena, n, names, types, rows->array.n + 1);
    for (size_t r = 0; r < rows->array.n; r++) {
        for (size_t i = 0; i < n; i++)
            batch_builder_set(builder, i, case_value(rows->array.at[r]->array.at[i], types[i]));
        batch_builder_next_row(builder);
    }
    Case c = {.data = {made, n, batch_builder_batch(builder), 1}, .width = case_int(json, "width", 0)};
    c.spec = chart_choose(arena, &c.data, true);
    c.spec.title = case_text(json, "title");
    if (json_get(json, S("stacked"))) c.spec.is_stacked = case_is(json, "stacked");
    for (int k = 0; k < CHART_KIND_COUNT; k++)
        if (str_eq(case_text(json, "kind"), str_of(chart_kind_name((ChartKind)k)))) c.spec.kind = (ChartKind)k;
    return c;
}

static inline Str case_svg(Arena *arena, const Case *c) {
    Buf buf CLEANUP(buf_release);
    Err err = {0};
    buf_init(&buf, CHART_MAX_BYTES);
    if (chart_svg(arena, &c->spec, &c->data, &(ChartSvgOptions){0}, &buf, &err)) fail_msg("%s", err.message);
    return arena_str(arena, buf_str(&buf));
}

static inline Str case_characters(Arena *arena, const Case *c, ChartTextOptions options) {
    Buf buf CLEANUP(buf_release);
    Err err = {0};
    buf_init(&buf, CHART_MAX_BYTES);
    if (chart_text(arena, &c->spec, &c->data, &options, &buf, &err)) fail_msg("%s", err.message);
    return arena_str(arena, buf_str(&buf));
}
