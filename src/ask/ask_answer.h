#pragma once
/* For ask/ only: results as they are told and drawn. */
#include "ask/ask_say.h"

size_t ask_n_rows(const AskRows *rows);
Value ask_cell(const AskRows *rows, size_t row, size_t column); /* null beyond the rows */
double ask_number(Arena *arena, Value value);                   /* NAN: none */
bool ask_is_time_column(const QueryColumn *column);             /* its values are periods */

/* ---- ask_told.c ------------------------------------------------------------------------------------------------------- */

bool ask_is_for_help(Arena *arena, const AskEngine *engine, Str question);
Str ask_help(const Ctx *ctx, const Model *model);
Str ask_defined(const AskFrame *frame); /* what is to be defined; empty: something else is asked */
Str ask_define(Arena *arena, const Model *model, const AskFrame *frame);
