/*
 * The template writer: our own statements with names, types, texts and trees filled in. The format is a literal of ours, never
 * what a person wrote; every filling goes through the printer, so it is quoted, bound or refused.
 */
#include "sql/sql_internal.h"

static ErrCode put_names(SqlPrinter *p, const SqlColumnList *list, Err *err) {
    if (!list->n) return err_set(err, ERR_INTERNAL, "an empty list of columns");
    for (size_t i = 0; i < list->n; i++) {
        if (i) sql_put(p, ", ");
        TRY(sql_put_name(p, list->names[i], err));
    }
    return ERR_OK;
}

/* A lone "%S" has the columns of its select. */
static bool is_select_only(const char *format) {
    return str_eq(str_trim(str_of(format)), S("%S"));
}

ErrCode sql_vformat(Arena *arena, const SqlDialect *dialect, SqlText *ret, Err *err, const char *format, va_list args) {
    SqlPrinter p CLEANUP(sql_printer_release);
    sql_printer_init(&p, arena, dialect);
    const SqlSelect *select = NULL;
    for (const char *c = format; *c; c++) {
        if (*c != '%') {
            buf_add_char(&p.buf, *c);
            continue;
        }
        switch (*++c) {
        case 'I': TRY(sql_put_name(&p, *va_arg(args, const Str *), err)); break;
        case 'R': TRY(sql_put_relation(&p, va_arg(args, const SqlRelation *), err)); break;
        case 'T': TRY(sql_put_type(&p, *va_arg(args, const Type *), err)); break;
        case 'L': TRY(sql_put_text(&p, *va_arg(args, const Str *), err)); break;
        case 'V': TRY(sql_put_value(&p, *va_arg(args, const Value *), NULL, err)); break;
        case 'E': TRY(sql_put_expr(&p, va_arg(args, const SqlExpr *), SQL_PREC_ATOM, err)); break;
        case 'S': TRY(sql_put_select(&p, select = va_arg(args, const SqlSelect *), NULL, err)); break;
        case 'C': TRY(put_names(&p, va_arg(args, const SqlColumnList *), err)); break;
        case 'd': buf_printf(&p.buf, "%" PRId64, va_arg(args, int64_t)); break;
        case '%': buf_add_char(&p.buf, '%'); break;
        default: return err_set(err, ERR_INTERNAL, "a statement template is broken: %s", format);
        }
    }
    SqlText text;
    TRY(sql_printer_finish(&p, &text, err));
    if (select && is_select_only(format)) {
        TRY(sql_select_types(arena, select, &text.types, err));
        text.n_types = select->n_items;
    }
    *ret = text;
    return ERR_OK;
}

ErrCode sql_format(Arena *arena, const SqlDialect *dialect, SqlText *ret, Err *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    ErrCode code = sql_vformat(arena, dialect, ret, err, format, args);
    va_end(args);
    return code;
}

ErrCode sql_print_expr_inline(Arena *arena, const SqlDialect *dialect, const SqlExpr *expr, Str *ret_text, Err *err) {
    SqlPrinter p CLEANUP(sql_printer_release);
    sql_printer_init(&p, arena, dialect);
    p.is_inline = true;
    TRY(sql_put_expr(&p, expr, SQL_PREC_ANY, err));
    SqlText text;
    TRY(sql_printer_finish(&p, &text, err));
    *ret_text = text.text;
    return ERR_OK;
}
