#pragma once
/*
 * For sql/ only: what a dialect is made of, and the printer that the dialects and the template writer share.
 *
 * A dialect says how each function is written by one rule: a template over its arguments. Where the writing depends on the
 * types of the arguments, the rule's hook fills in the template (or names another expression to print). Arguments are brought
 * to the type a rule asks for on the way, so that templates need not think about scales of decimals or dates beside timestamps.
 */
#include "sql/sql_relation.h"

enum { SQL_TEXT_MAX_BYTES = 1 << 20, SQL_DEPTH_MAX = 200, SQL_NAME_MAX_BYTES = 128 };

/* How tightly a piece of text binds. A piece is put in parentheses where its neighbour asks for more. */
typedef enum SqlPrec {
    SQL_PREC_ANY, /* a context that takes everything: between commas or parentheses; a text that must always be wrapped */
    SQL_PREC_OR,
    SQL_PREC_AND,
    SQL_PREC_NOT,
    SQL_PREC_COMPARE,
    SQL_PREC_ADD,
    SQL_PREC_MUL,
    SQL_PREC_ATOM /* name, literal, call */
} SqlPrec;

/* To what type a rule wants its arguments. Those that only count (letter i, where others are none) stay as they are. */
typedef enum SqlArgs {
    SQL_ARGS_AS_IS,
    SQL_ARGS_COMMON, /* the least type of all; a literal takes the others' type where it fits exactly */
    SQL_ARGS_RESULT, /* the call's type */
    SQL_ARGS_FLOAT64,
    SQL_ARGS_TIMESTAMP
} SqlArgs;

typedef struct SqlRule SqlRule;
/* Completes a copy of the rule for one call: text (in the arena), args or instead. ERR_UNSUPPORTED, naming what there is. */
typedef ErrCode (*SqlRuleHook)(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err);

/*
 * text: $1 … $9 an argument, $* all of them with `join` between, $T the type name of the result, $^ the place of FILTER and
 * OVER (the end when not given), everything else as it stands. NULL and no hook: the engine lacks the function.
 */
struct SqlRule {
    const char *text;
    SqlPrec prec;     /* of the text made */
    SqlPrec arg_prec; /* what each argument must have, or be wrapped */
    SqlArgs args;
    const char *join;   /* NULL: ", " */
    const char *before; /* around each argument: "CAST(" and " AS VARCHAR)"; both or neither */
    const char *after;
    const char *ddl;      /* what stands in DDL instead, which other programs run too; "": there is nothing */
    bool is_not_windowed; /* an aggregate that the engine cannot take over a window */
    SqlRuleHook hook;
    const SqlExpr *instead; /* by a hook: print this, and nothing of the above */
};

/* A call, or another text that needs no parentheses around it or inside it. */
#define SQL_RULE_CALL(text_, ...) \
    { .text = (text_), .prec = SQL_PREC_ATOM, __VA_ARGS__ }
#define SQL_RULE_OP(text_, prec_, arg_prec_, ...) \
    { .text = (text_), .prec = (prec_), .arg_prec = (arg_prec_), __VA_ARGS__ }
#define SQL_RULE_HOOK(hook_, ...) \
    { .hook = (hook_), .prec = SQL_PREC_ATOM, __VA_ARGS__ }

/* Rows of a dialect's table that are standard SQL, the same on every engine; a dialect adds its own after them. */
#define SQL_RULES_STANDARD                                                                                        \
    [SQL_FN_NEG] = SQL_RULE_OP("-$1", SQL_PREC_MUL, SQL_PREC_ATOM),                                               \
    [SQL_FN_AND] = SQL_RULE_OP("$*", SQL_PREC_AND, SQL_PREC_NOT, .join = " AND "),                                \
    [SQL_FN_OR] = SQL_RULE_OP("$*", SQL_PREC_OR, SQL_PREC_NOT, .join = " OR "),                                   \
    [SQL_FN_NOT] = SQL_RULE_OP("NOT $1", SQL_PREC_NOT, SQL_PREC_ATOM),                                            \
    [SQL_FN_IS_NULL] = SQL_RULE_OP("$1 IS NULL", SQL_PREC_COMPARE, SQL_PREC_ATOM),                                \
    [SQL_FN_IS_SET] = SQL_RULE_OP("$1 IS NOT NULL", SQL_PREC_COMPARE, SQL_PREC_ATOM),                             \
    [SQL_FN_COALESCE] = SQL_RULE_CALL("coalesce($*)", .args = SQL_ARGS_COMMON, .hook = sql_rule_lone),            \
    [SQL_FN_NULLIF] = SQL_RULE_HOOK(sql_rule_nullif), [SQL_FN_LENGTH] = SQL_RULE_CALL("length($1)"),              \
    [SQL_FN_REPLACE] = SQL_RULE_CALL("replace($1, $2, $3)"), [SQL_FN_ABS] = SQL_RULE_CALL("abs($1)"),             \
    [SQL_FN_COUNT_ALL] = SQL_RULE_CALL("count(*)"), [SQL_FN_SUM] = SQL_RULE_CALL("sum($1)"),                      \
    [SQL_FN_ROW_NUMBER] = SQL_RULE_CALL("row_number()"), [SQL_FN_RANK] = SQL_RULE_CALL("rank()"),                 \
    [SQL_FN_DENSE_RANK] = SQL_RULE_CALL("dense_rank()"), [SQL_FN_PERCENT_RANK] = SQL_RULE_CALL("percent_rank()"), \
    [SQL_FN_FIRST_VALUE] = SQL_RULE_CALL("first_value($1)"), [SQL_FN_LAST_VALUE] = SQL_RULE_CALL("last_value($1)")

/* Hooks and helpers several dialects share (sql_rule.c). */
const char *sql_rule_text(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3); /* a template made for one call */
ErrCode sql_rule_lone(Arena *arena, const SqlExpr *call, SqlRule *rule,
                      Err *err); /* a lone argument stands for itself */
/* p of percentile, written out for a template; ERR_INVALID when it is no constant from 0 to 1. */
ErrCode sql_rule_fraction(Arena *arena, const SqlExpr *call, const char **ret_text, Err *err);
/* bucket, over arguments of the result's type. */
ErrCode sql_rule_bucket(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err);
/* The format of parse_date and parse_timestamp is a constant, or ERR_UNSUPPORTED. */
ErrCode sql_rule_constant_format(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err);
/* nullif of equal types, otherwise a CASE whose comparison has the common type and whose result the first one's. */
ErrCode sql_rule_nullif(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err);

typedef enum SqlPlaceholder { SQL_PLACEHOLDER_DOLLAR_N, SQL_PLACEHOLDER_QUESTION_N } SqlPlaceholder;

struct SqlDialect {
    const char *name;  /* "duckdb" */
    const char *title; /* "DuckDB" */
    char quote;        /* around identifiers, doubled inside */
    SqlPlaceholder placeholder;
    bool is_literal_typed;    /* write "$1::BIGINT", for the engine guesses otherwise */
    bool has_distinct_window; /* count(DISTINCT x) OVER (…) */
    bool has_create_or_replace;
    bool needs_limit_before_offset; /* LIMIT -1 OFFSET n */
    int name_max_bytes;             /* of identifiers; 0: SQL_NAME_MAX_BYTES */
    const char
        *text_order; /* what is written behind a text that orders rows; NULL: texts are ordered by their bytes anyway */
    SqlRule series;  /* SqlSeries as a table: $1 and $2 are its ends */
    const SqlRule *rules; /* SQL_FN_COUNT_OF of them */
    /* The declared name of a type; ERR_UNSUPPORTED when the engine cannot hold it. */
    ErrCode (*type_name)(Arena *arena, Type type, const char **ret_name, Err *err);
    /* Fits a literal's value to the engine: ERR_UNSUPPORTED when it cannot be bound. May be NULL. */
    ErrCode (*check_literal)(Value value, Err *err);
    /* How `from` is written as `to` when both hold the value exactly (or `to` is float64); an empty text: as it stands. */
    ErrCode (*coerce)(Arena *arena, Type from, Type to, SqlRule *rule, Err *err);
    /* CAST or TRY_CAST. */
    ErrCode (*cast)(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err);
    /* The table function that reads a file, for FROM; NULL: none. */
    ErrCode (*file)(Arena *arena, SqlFileFormat format, Str path, Str quoted_path, Str *ret_text, Err *err);
};

struct SqlRelation {
    bool is_file;
    SqlFileFormat format;
    Str schema;
    Str name;
};

/* ---- sql_fn.c, sql_build.c ------------------------------------------------------------------------------------------ */

/* The letter of argument i, as in SQL_FN_TABLE. */
char sql_fn_letter(SqlFn fn, size_t i);
/* "a whole number": a type in the words of messages. */
const char *sql_type_words(Type type);
/* The type at which arguments are compared: their common type, or that of the others where every literal fits it exactly. */
Type sql_compare_type(const SqlExpr *const *args, size_t n_args);
/* The value of a literal as another type; exactly, unless `to` is float64. False when it does not fit. */
bool sql_value_as(Value value, Type to, Value *ret_value);
/* An int64 literal's value; false when the expression is none. */
bool sql_literal_int(const SqlExpr *expr, int64_t *ret_value);

/* ---- sql_dialect_sqlite_type.c -------------------------------------------------------------------------------------- */

enum { SQL_SQLITE_SCALE_MAX = 18 }; /* 10^18 fits an int64 */

int sql_sqlite_scale_of(Type type); /* of a scaled integer */
int64_t sql_sqlite_pow10(int digits);
/* A scaled integer $1 to fewer digits, rounded half away from zero. */
const char *sql_sqlite_scale_down_text(Arena *arena, int digits);
ErrCode sql_sqlite_no_conversion(Type from, Type to, Err *err);
/* What stands in the descriptor. */
ErrCode sql_sqlite_type_name(Arena *arena, Type type, const char **ret_name, Err *err);
ErrCode sql_sqlite_check_literal(Value value, Err *err);
ErrCode sql_sqlite_coerce(Arena *arena, Type from, Type to, SqlRule *rule, Err *err);
ErrCode sql_sqlite_cast(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err);

/* ---- the printer ---------------------------------------------------------------------------------------------------- */

typedef struct SqlParam {
    Value value;
    const SqlExpr *literal; /* the node it came from: printed again, it is the same parameter */
} SqlParam;

typedef struct SqlPrinter {
    Arena *arena;
    const SqlDialect *dialect;
    Buf buf;
    VEC(SqlParam) params;
    int depth;
    bool is_inline; /* literals are written out, for DDL */
} SqlPrinter;

void sql_printer_init(SqlPrinter *p, Arena *arena, const SqlDialect *dialect);
void sql_printer_release(SqlPrinter *p); /* for CLEANUP */
/* Copies text and parameters into the arena. */
ErrCode sql_printer_finish(SqlPrinter *p, SqlText *ret, Err *err);
void sql_put(SqlPrinter *p, const char *text);
/* A quoted identifier. ERR_INVALID: empty, too long, a NUL inside, not UTF-8. */
ErrCode sql_put_name(SqlPrinter *p, Str name, Err *err);
/* A quoted text literal. ERR_INVALID: a NUL inside, not UTF-8. */
ErrCode sql_put_text(SqlPrinter *p, Str text, Err *err);
ErrCode sql_put_type(SqlPrinter *p, Type type, Err *err);
ErrCode sql_put_relation(SqlPrinter *p, const SqlRelation *relation, Err *err);
/* `literal` may be NULL. */
ErrCode sql_put_value(SqlPrinter *p, Value value, const SqlExpr *literal, Err *err);
ErrCode sql_put_expr(SqlPrinter *p, const SqlExpr *expr, SqlPrec prec, Err *err);
/* A rule's text over arguments, outside any call. */
ErrCode sql_put_rule(SqlPrinter *p, const SqlRule *rule, const SqlExpr *const *args, size_t n_args, Err *err);
/* An expression brought to a type. */
ErrCode sql_put_expr_as(SqlPrinter *p, const SqlExpr *expr, Type to, SqlPrec prec, Err *err);
ErrCode sql_put_order(SqlPrinter *p, const SqlOrder *order, size_t n_order, const SqlItem *items, size_t n_items,
                      Err *err);
ErrCode sql_put_from(SqlPrinter *p, const SqlFrom *from, size_t n_from, Err *err);
/* `types` (NULL: the items' own) are what the columns are brought to. */
ErrCode sql_put_select(SqlPrinter *p, const SqlSelect *select, const Type *types, Err *err);
/* The types of a select's columns, those of appended selects considered; n_items of them, in the arena. ERR_INVALID. */
ErrCode sql_select_types(Arena *arena, const SqlSelect *select, const Type **ret_types, Err *err);
ErrCode sql_enter(SqlPrinter *p, Err *err); /* one level deeper, or ERR_TOO_LARGE; undone by sql_leave */
void sql_leave(SqlPrinter *p);
