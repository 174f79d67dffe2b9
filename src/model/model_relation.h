#pragma once
/*
 * The warehouse's tables of a model as relations, for folders that build selects but may not name tables themselves: what a query
 * can read is what the model has. Names as at the top of model.h. Any thread.
 */
#include "model/model.h"

const SqlRelation *model_relation_dimension(Arena *arena, const ModelDimension *dimension); /* gold.dim_D */
const SqlRelation *model_relation_fact(Arena *arena, const ModelFact *fact);                /* gold.fact_F */
const SqlRelation *model_relation_date(Arena *arena);                                       /* gold.dim_date */
const SqlRelation *model_relation_batch(Arena *arena);                                      /* _starling.batch */
const SqlRelation *model_relation_built(Arena *arena);                                      /* _starling.built */
