#pragma once
/* For files of model/ only: finding members by parts of a name, and aggregations. */
#include "model/model.h"

enum { MODEL_NAME_PARTS_MAX = 3 };

bool model_aggregate_fits(const ModelAggregate *aggregate, Type type, Err *err);
/* "count(distinct COLUMN)" */
Str model_aggregate_call(Arena *arena, const ModelAggregate *aggregate, Str column);
/* Of an expression over measures whose own additivity is known. */
ModelAdditivity model_additivity(const Model *model, const ModelFact *fact, const Expr *expr);
/* One to speak of: the default, or the first that is allowed. */
const ModelAggregate *model_aggregate_example(const ModelFactColumn *column);

/* The member a name stands for within an expression over `fact` (NULL: any), by the rules of model_fact_scope. It may
 * be a measure. Errors have no place yet. With err NULL no time is spent on finding a nearest name. */
NODISCARD ErrCode model_resolve(const Model *model, const ModelFact *fact, bool allows_measure, const Expr *name,
                                ExprUse use, ModelMember *ret_member, Err *err);
