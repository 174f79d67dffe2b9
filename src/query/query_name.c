/* The words of the language that stand for enums: one table each, read in both directions. */
#include "query/query_internal.h"

static const char *const OP_NAMES[QUERY_OP_COUNT] = {
    [QUERY_OP_EQUALS] = "equals",
    [QUERY_OP_NOT_EQUALS] = "not_equals",
    [QUERY_OP_IN] = "in",
    [QUERY_OP_NOT_IN] = "not_in",
    [QUERY_OP_CONTAINS] = "contains",
    [QUERY_OP_NOT_CONTAINS] = "not_contains",
    [QUERY_OP_STARTS_WITH] = "starts_with",
    [QUERY_OP_ENDS_WITH] = "ends_with",
    [QUERY_OP_GT] = "gt",
    [QUERY_OP_GTE] = "gte",
    [QUERY_OP_LT] = "lt",
    [QUERY_OP_LTE] = "lte",
    [QUERY_OP_BETWEEN] = "between",
    [QUERY_OP_SET] = "set",
    [QUERY_OP_NOT_SET] = "not_set",
    [QUERY_OP_IN_RANGE] = "in_range",
};

const char *query_op_name(QueryOp op) {
    return (unsigned)op < QUERY_OP_COUNT ? OP_NAMES[op] : "";
}

bool query_op_find(Str name, QueryOp *ret_op) {
    for (int i = 0; i < QUERY_OP_COUNT; i++) {
        if (!str_eq(name, str_of(OP_NAMES[i]))) continue;
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
