#pragma once
/* For the sql_dialect_postgres*.c files only: what the rules and the casts of PostgreSQL's dialect share. */
#include "sql/sql_internal.h"

/* The collation in which texts are ordered by their bytes. */
#define SQL_POSTGRES_BINARY " COLLATE \"C\""
/* A float64 without its fraction, half away from zero: round(double precision) goes to the even neighbour. Written with two of the
 * argument, which stands as it is between parentheses or operators. */
#define SQL_POSTGRES_ROUND(x) "sign(" x ") * ceil(floor(2 * abs(" x ")) / 2)"

ErrCode sql_postgres_coerce(Arena *arena, Type from, Type to, SqlRule *rule, Err *err);
ErrCode sql_postgres_cast(Arena *arena, Type from, Type to, bool is_try, SqlRule *rule, Err *err);
/* parse_date and parse_timestamp. */
ErrCode sql_postgres_parse_time(Arena *arena, const SqlExpr *call, SqlRule *rule, Err *err);
