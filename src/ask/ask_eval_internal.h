#pragma once
/* For src/ask/ask_eval*.c only: a value as it is compared. */
#include "ask/ask_eval.h"

typedef enum EvalCellKind {
    EVAL_CELL_NULL,
    EVAL_CELL_WHOLE,  /* whole, or a bool's 1 and 0 */
    EVAL_CELL_NUMBER, /* any other number, or one whose type allows fractions */
    EVAL_CELL_TEXT    /* and everything that is written as text: days, instants, periods */
} EvalCellKind;

typedef struct EvalCell {
    EvalCellKind kind;
    int64_t whole;
    double number; /* of WHOLE too */
    Str text;      /* folded and trimmed */
    /* What a text says, where it does: */
    int8_t yes_no;   /* 1, 0; -1: neither */
    int8_t weekday;  /* 1 Monday … 7; 0: none */
    bool is_digits;  /* two digits, or a year's four: `whole` */
    TimeGrain grain; /* a day or a longer period … */
    bool is_instant; /* … or a day with a time */
    int64_t from_us; /* its start */
} EvalCell;

EvalCell ask_eval_cell(Arena *arena, Value value, TimeGrain grain);
EvalCell ask_eval_cell_whole(int64_t whole);
/* factor: 1, 100 or 0.01, what a number of `got` is multiplied by first. */
bool ask_eval_cell_is_same(const EvalCell *gold, const EvalCell *got, double factor);
