#pragma once
/*
 * What answers hold, as operations say it in a line (Op.answer), and the JSON Schema that is printed from it for the API's contract.
 *
 *   text int num bool any time date object     scalars; time is RFC 3339, date a day or period
 *   [T]  {name:T,other?:T,*:T}                 lists; objects: ? may be missing, * names of any kind
 *   "a"|"b"   T|null                           one of several
 *   Name                                       a shape of the list below
 */
#include "base/base.h"

typedef struct AppShape {
    const char *name; /* "Query" */
    const char *text;
    const char *summary; /* a phrase; may be NULL */
} AppShape;

const AppShape *app_shapes(size_t *ret_n); /* those that several operations share */
/* The schema as one JSON value. The text is ours: what cannot be read is a fault of this program. */
void app_schema_print(JsonWriter *w, const char *text);
