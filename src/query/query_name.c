/* The words of the language that stand for enums: one table each, read in both directions. */
#include "query/query_internal.h"

enum { MANY = QUERY_MAX_VALUES };

static const QueryOpInfo OPS[QUERY_OP_COUNT] = {
#define X(id, name, min, max, fn, positive, words, flags) \
    [QUERY_OP_##id] = {name, min, max, SQL_FN_##fn, QUERY_OP_##positive, words, flags},
    QUERY_OP_TABLE(X)
#undef X
};

const QueryOpInfo *query_op_info(QueryOp op) {
    return &OPS[op];
}

const char *query_op_name(QueryOp op) {
    return (unsigned)op < QUERY_OP_COUNT ? OPS[op].name : "";
}

bool query_op_find(Str name, QueryOp *ret_op) {
    for (int i = 0; i < QUERY_OP_COUNT; i++) {
        if (!str_eq(name, str_of(OPS[i].name))) continue;
        *ret_op = (QueryOp)i;
        return true;
    }
    return false;
}

const char *query_role_name(QueryRole role) {
    switch (role) {
    case QUERY_ROLE_DIMENSION: return "dimension";
    case QUERY_ROLE_TIME: return "time";
    case QUERY_ROLE_MEASURE: return "measure";
    }
    return "";
}
