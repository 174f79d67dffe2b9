/*
 * The printer's ground floor: text with a cap, names, quoted texts, parameters. Everything that ends up in SQL passes here;
 * names are always quoted with their quotes doubled, values become parameters, and only our own constants are put as they are.
 */
#include "sql/sql_internal.h"

/* A literal printed again (a template may repeat an argument, HAVING may repeat an item) is the same parameter, so that the engine
 * sees equal expressions as equal. Looked up only among the first few, for a long IN list has no need of it. */
enum { PARAM_REUSE_MAX = 256 };

void sql_printer_init(SqlPrinter *p, Arena *arena, const SqlDialect *dialect) {
    *p = (SqlPrinter){.arena = arena, .dialect = dialect};
    buf_init(&p->buf, SQL_TEXT_MAX_BYTES);
}

void sql_printer_release(SqlPrinter *p) {
    buf_release(&p->buf);
}

ErrCode sql_printer_finish(SqlPrinter *p, SqlText *ret, Err *err) {
    TRY(buf_check(&p->buf, "the SQL text", err));
    Value *params = ARENA_ARRAY(p->arena, Value, p->params.n);
    for (size_t i = 0; i < p->params.n; i++) {
        params[i] = p->params.at[i].value;
        bool is_text = params[i].type.kind == TYPE_TEXT || params[i].type.kind == TYPE_JSON;
        if (is_text && !params[i].is_null) params[i].s = arena_str(p->arena, params[i].s);
    }
    *ret = (SqlText){.text = arena_str(p->arena, buf_str(&p->buf)), .params = params, .n_params = p->params.n};
    return ERR_OK;
}

/* Also where a text that has outgrown its cap stops: what is dropped would still take its time to write. */
ErrCode sql_enter(SqlPrinter *p, Err *err) {
    if (++p->depth > SQL_DEPTH_MAX) {
        return err_set(err, ERR_TOO_LARGE, "the query is nested more than %d levels deep; split it", SQL_DEPTH_MAX);
    }
    return buf_check(&p->buf, "the SQL text", err);
}

void sql_leave(SqlPrinter *p) {
    p->depth--;
}

void sql_put(SqlPrinter *p, const char *text) {
    buf_add(&p->buf, str_of(text));
}

static void put_doubling(SqlPrinter *p, Str s, char quote) {
    buf_add_char(&p->buf, quote);
    for (Str rest = s; rest.n;) {
        ptrdiff_t at = str_find_char(rest, quote);
        size_t n = at < 0 ? rest.n : (size_t)at + 1;
        buf_add(&p->buf, str_slice(rest, 0, n));
        if (at >= 0) buf_add_char(&p->buf, quote);
        rest = str_slice(rest, n, rest.n);
    }
    buf_add_char(&p->buf, quote);
}

ErrCode sql_put_name(SqlPrinter *p, Str name, Err *err) {
    if (!name.n) return err_set(err, ERR_INVALID, "a table or column has an empty name");
    int max_bytes = p->dialect->name_max_bytes ? p->dialect->name_max_bytes : SQL_NAME_MAX_BYTES;
    if (name.n > (size_t)max_bytes) {
        return err_set(err, ERR_INVALID, "the name '%.*s…' is longer than %d bytes; shorten it",
                       (int)utf8_cut(name, 40), name.p, max_bytes);
    }
    if (str_find_char(name, '\0') >= 0 || !utf8_is_valid(name)) {
        return err_set(err, ERR_INVALID, "a table or column name holds bytes that are not text; rename it");
    }
    put_doubling(p, name, p->dialect->quote);
    return ERR_OK;
}

ErrCode sql_put_text(SqlPrinter *p, Str text, Err *err) {
    if (str_find_char(text, '\0') >= 0 || !utf8_is_valid(text)) {
        return err_set(err, ERR_INVALID, "a text holds bytes that are not UTF-8 text");
    }
    put_doubling(p, text, '\'');
    return ERR_OK;
}

ErrCode sql_put_type(SqlPrinter *p, Type type, Err *err) {
    const char *name;
    TRY(p->dialect->type_name(p->arena, type, &name, err));
    sql_put(p, name);
    return ERR_OK;
}

ErrCode sql_put_relation(SqlPrinter *p, const SqlRelation *relation, Err *err) {
    if (!relation->is_file) {
        if (relation->schema.n) {
            TRY(sql_put_name(p, relation->schema, err));
            sql_put(p, ".");
        }
        return sql_put_name(p, relation->name, err);
    }
    if (!p->dialect->file) return err_set(err, ERR_UNSUPPORTED, "%s cannot read a file as a table", p->dialect->title);
    SqlPrinter quoted CLEANUP(sql_printer_release);
    sql_printer_init(&quoted, p->arena, p->dialect);
    TRY(sql_put_text(&quoted, relation->name, err));
    SqlText path;
    TRY(sql_printer_finish(&quoted, &path, err));
    Str text;
    TRY(p->dialect->file(p->arena, relation->format, relation->name, path.text, &text, err));
    buf_add(&p->buf, text);
    return ERR_OK;
}

static size_t param_number(SqlPrinter *p, Value value, const SqlExpr *literal) {
    for (size_t i = 0; literal && i < MIN_OF(p->params.n, PARAM_REUSE_MAX); i++) {
        if (p->params.at[i].literal == literal && type_eq(p->params.at[i].value.type, value.type)) return i + 1;
    }
    VEC_PUSH(p->arena, &p->params, (SqlParam){.value = value, .literal = literal});
    return p->params.n;
}

/* "2014-03-07 10:20:30", with six digits of a second only where they are not zero: as such dialects hold it. */
static Str plain_timestamp(Arena *arena, int64_t utc_us) {
    char day[TIME_TEXT_MAX];
    int64_t us = utc_us - time_day_of_us(utc_us) * TIME_US_PER_DAY;
    int64_t second = us / TIME_US_PER_SECOND, fraction = us % TIME_US_PER_SECOND;
    time_print_date(time_day_of_us(utc_us), day);
    Str text = arena_printf(arena, "%s %02d:%02d:%02d", day, (int)(second / 3600), (int)(second / 60 % 60),
                            (int)(second % 60));
    return fraction ? arena_printf(arena, "%.*s.%06d", STR_ARG(text), (int)fraction) : text;
}

/* A literal in its place. Where the dialect types literals: its text, cast; else as a parameter of it would be bound. */
static ErrCode put_inline(SqlPrinter *p, Value value, Err *err) {
    TypeKind kind = value.type.kind;
    if (p->dialect->is_literal_typed && kind != TYPE_TEXT) {
        sql_put(p, "CAST(");
        TRY(sql_put_text(p, value_print(p->arena, value), err));
        sql_put(p, " AS ");
        TRY(sql_put_type(p, value.type, err));
        sql_put(p, ")");
        return ERR_OK;
    }
    char digits[48];
    switch (kind) {
    case TYPE_BOOL: buf_add_char(&p->buf, value.b ? '1' : '0'); return ERR_OK;
    case TYPE_INT64: decimal_print(value.i, 0, digits); break;
    case TYPE_DECIMAL: decimal_print(value.dec, 0, digits); break;
    case TYPE_FLOAT64: buf_printf(&p->buf, "CAST(%.17g AS REAL)", value.f); return ERR_OK;
    case TYPE_TIMESTAMP: return sql_put_text(p, plain_timestamp(p->arena, value.i), err);
    default: return sql_put_text(p, value_print(p->arena, value), err);
    }
    buf_printf(&p->buf, "(%s)", digits);
    return ERR_OK;
}

ErrCode sql_put_value(SqlPrinter *p, Value value, const SqlExpr *literal, Err *err) {
    if (value.is_null) { /* no data, and engines type a bound null worse than a written one */
        bool is_typed = p->dialect->is_literal_typed && value.type.kind != TYPE_NULL;
        sql_put(p, is_typed ? "NULL::" : "NULL");
        return is_typed ? sql_put_type(p, value.type, err) : ERR_OK;
    }
    if (p->dialect->check_literal) TRY(p->dialect->check_literal(value, err));
    if (p->is_inline) return put_inline(p, value, err);
    char sign = p->dialect->placeholder == SQL_PLACEHOLDER_DOLLAR_N ? '$' : '?';
    buf_printf(&p->buf, "%c%zu", sign, param_number(p, value, literal));
    if (p->dialect->is_literal_typed) {
        sql_put(p, "::");
        TRY(sql_put_type(p, value.type, err));
    }
    return ERR_OK;
}
