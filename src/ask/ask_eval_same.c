/*
 * Whether an answer's rows are gold's.
 *
 * The answer's columns are joined by others that say the same: the year and the month (or quarter) of a column of such periods, and the
 * period that a column of years and one of months make. For each gold column the columns that agree with it by themselves are
 * candidates; an assignment of candidates to gold columns, found by going back where it fails, must then make whole rows agree. A
 * column of the answer serves one gold column; the parts of a period serve each its own, all of them or none.
 *
 * Rows are paired off greedily, each gold row with the first like it that is left, beginning where the last one was found.
 */
#include "ask/ask_eval_internal.h"

enum { MAX_PERIOD_COLUMNS = 16, MAX_TRIES = 4096 };
static const double FACTORS[] = {1, 100, 0.01}; /* a ratio is also right in percent, the whole column then */

typedef struct Side { /* a column of one of the results */
    const EvalCell *cells;
    size_t base[2]; /* columns of the answer that it is made of; both the same for one */
    TimeGrain part; /* YEAR, QUARTER or MONTH: that part of its base; NONE: no part */
} Side;

typedef struct Pick {
    size_t side;
    double factor;
} Pick;

typedef struct Matching {
    Arena *arena;
    bool is_ordered;
    size_t n_rows;
    size_t n_gold;
    const EvalCell **gold; /* columns */
    VEC(Side) sides;       /* of the answer */
    size_t n_base;
    Pick *picks[ASK_EVAL_MAX_COLUMNS]; /* candidates of each gold column */
    size_t n_picks[ASK_EVAL_MAX_COLUMNS];
    Pick chosen[ASK_EVAL_MAX_COLUMNS];
    size_t *next; /* rows that are left, as a ring */
    size_t n_tries;
} Matching;

/* ---- columns -------------------------------------------------------------------------------------------------------- */

static const EvalCell *column_cells(Arena *arena, const AskEvalResult *result, size_t column) {
    EvalCell *cells = ARENA_ARRAY(arena, EvalCell, result->n_rows + 1);
    for (size_t row = 0; row < result->n_rows; row++)
        cells[row] = ask_eval_cell(arena, result->cells[row * result->n_columns + column], result->grains[column]);
    return cells;
}

/* The one grain of a column of quarters or months; NONE for others. */
static TimeGrain period_grain(const EvalCell *cells, size_t n_rows) {
    TimeGrain grain = n_rows ? cells[0].grain : TIME_GRAIN_NONE;
    for (size_t row = 0; row < n_rows; row++)
        if (cells[row].kind != EVAL_CELL_TEXT || cells[row].is_instant || cells[row].grain != grain)
            return TIME_GRAIN_NONE;
    return grain == TIME_GRAIN_QUARTER || grain == TIME_GRAIN_MONTH ? grain : TIME_GRAIN_NONE;
}

static void add_part(Matching *m, size_t base, TimeGrain part) {
    const EvalCell *from = m->sides.at[base].cells;
    EvalCell *cells = ARENA_ARRAY(m->arena, EvalCell, m->n_rows);
    for (size_t row = 0; row < m->n_rows; row++) {
        Civil civil = time_civil_of(time_day_of_us(from[row].from_us));
        int number = part == TIME_GRAIN_YEAR    ? civil.year
                     : part == TIME_GRAIN_MONTH ? civil.month
                                                : (civil.month + 2) / 3;
        cells[row] = ask_eval_cell_whole(number);
    }
    VEC_PUSH(m->arena, &m->sides, ((Side){cells, {base, base}, part}));
}

/* A number in a column of years, quarters' or months' numbers. */
static bool part_number(const EvalCell *cell, int64_t low, int64_t high, int64_t *ret_number) {
    bool is_number = cell->kind == EVAL_CELL_WHOLE || (cell->kind == EVAL_CELL_TEXT && cell->is_digits);
    *ret_number = cell->whole;
    return is_number && cell->whole >= low && cell->whole <= high;
}

static void add_period(Matching *m, size_t years, size_t parts, TimeGrain grain) {
    const EvalCell *year_cells = m->sides.at[years].cells, *part_cells = m->sides.at[parts].cells;
    EvalCell *cells = ARENA_ARRAY(m->arena, EvalCell, m->n_rows);
    int months = grain == TIME_GRAIN_MONTH ? 1 : 3;
    for (size_t row = 0; row < m->n_rows; row++) {
        int64_t year, part;
        if (!part_number(&year_cells[row], 1000, 9999, &year) || !part_number(&part_cells[row], 1, 12 / months, &part))
            return;
        int64_t day = time_days_of((Civil){(int)year, (int)(part - 1) * months + 1, 1});
        cells[row] = (EvalCell){.kind = EVAL_CELL_TEXT, .yes_no = -1, .grain = grain, .from_us = day * TIME_US_PER_DAY};
    }
    VEC_PUSH(m->arena, &m->sides, ((Side){cells, {years, parts}, TIME_GRAIN_NONE}));
}

static void add_sides(Matching *m, const AskEvalResult *got) {
    for (size_t i = 0; i < got->n_columns; i++)
        VEC_PUSH(m->arena, &m->sides, ((Side){column_cells(m->arena, got, i), {i, i}, TIME_GRAIN_NONE}));
    m->n_base = got->n_columns;
    for (size_t i = 0; i < m->n_base; i++) {
        TimeGrain grain = period_grain(m->sides.at[i].cells, m->n_rows);
        if (!grain) continue;
        add_part(m, i, TIME_GRAIN_YEAR);
        add_part(m, i, grain);
    }
    TimeGrain wanted[TIME_GRAIN_COUNT] = {0};
    for (size_t i = 0; i < m->n_gold; i++) {
        TimeGrain grain = period_grain(m->gold[i], m->n_rows);
        wanted[grain] = grain;
    }
    for (size_t y = 0; y < MIN_OF(m->n_base, (size_t)MAX_PERIOD_COLUMNS); y++)
        for (size_t p = 0; p < MIN_OF(m->n_base, (size_t)MAX_PERIOD_COLUMNS); p++)
            for (TimeGrain g = TIME_GRAIN_QUARTER; g <= TIME_GRAIN_MONTH && y != p; g++)
                if (wanted[g]) add_period(m, y, p, g);
}

/* ---- rows ----------------------------------------------------------------------------------------------------------- */

static bool is_same_row(const Matching *m, const Pick *picks, size_t first, size_t n, size_t gold_row, size_t row) {
    for (size_t i = first; i < first + n; i++)
        if (!ask_eval_cell_is_same(&m->gold[i][gold_row], &m->sides.at[picks[i].side].cells[row], picks[i].factor))
            return false;
    return true;
}

/* Gold columns first … first + n - 1 with what is picked for them. */
static bool are_same_rows(const Matching *m, const Pick *picks, size_t first, size_t n) {
    if (m->is_ordered) {
        for (size_t row = 0; row < m->n_rows; row++)
            if (!is_same_row(m, picks, first, n, row, row)) return false;
        return true;
    }
    size_t n_left = m->n_rows;
    for (size_t row = 0; row < m->n_rows; row++) m->next[row] = (row + 1) % m->n_rows;
    size_t before = m->n_rows - 1; /* next[before] is looked at */
    for (size_t gold_row = 0; gold_row < m->n_rows; gold_row++) {
        size_t tried = 0;
        while (tried < n_left && !is_same_row(m, picks, first, n, gold_row, m->next[before])) {
            before = m->next[before];
            tried++;
        }
        if (tried == n_left) return false;
        m->next[before] = m->next[m->next[before]];
        n_left--;
    }
    return true;
}

/* ---- assignment ----------------------------------------------------------------------------------------------------- */

static void find_picks(Matching *m, size_t gold_column) {
    Pick *picks = ARENA_ARRAY(m->arena, Pick, m->sides.n * COUNT_OF(FACTORS));
    size_t n = 0;
    for (size_t f = 0; f < COUNT_OF(FACTORS); f++) { /* as it stands before in percent */
        for (size_t side = 0; side < m->sides.n; side++) {
            m->chosen[gold_column] = (Pick){side, FACTORS[f]};
            if (are_same_rows(m, m->chosen, gold_column, 1)) picks[n++] = m->chosen[gold_column];
        }
    }
    m->picks[gold_column] = picks;
    m->n_picks[gold_column] = n;
}

static bool is_free(const Matching *m, size_t n_chosen, const Side *side) {
    for (size_t i = 0; i < n_chosen; i++) {
        const Side *other = &m->sides.at[m->chosen[i].side];
        bool is_shared = other->base[0] == side->base[0] || other->base[0] == side->base[1] ||
                         other->base[1] == side->base[0] || other->base[1] == side->base[1];
        bool are_parts = side->part && other->part && side->part != other->part;
        if (is_shared && !are_parts) return false;
    }
    return true;
}

/* A period's year alone is not the period. */
static bool are_parts_whole(const Matching *m) {
    for (size_t i = 0; i < m->n_gold; i++) {
        const Side *side = &m->sides.at[m->chosen[i].side];
        bool has_other = !side->part;
        for (size_t k = 0; k < m->n_gold && !has_other; k++)
            has_other = k != i && m->sides.at[m->chosen[k].side].part &&
                        m->sides.at[m->chosen[k].side].base[0] == side->base[0];
        if (!has_other) return false;
    }
    return true;
}

static bool assign(Matching *m, size_t gold_column) {
    if (gold_column == m->n_gold) {
        m->n_tries++;
        return are_parts_whole(m) && are_same_rows(m, m->chosen, 0, m->n_gold);
    }
    for (size_t i = 0; i < m->n_picks[gold_column] && m->n_tries < MAX_TRIES; i++) {
        Pick pick = m->picks[gold_column][i];
        if (!is_free(m, gold_column, &m->sides.at[pick.side])) continue;
        m->chosen[gold_column] = pick;
        if (assign(m, gold_column + 1)) return true;
    }
    return false;
}

bool ask_eval_is_same(Arena *scratch, const AskEvalResult *gold, const AskEvalResult *got, bool is_ordered) {
    if (gold->n_rows != got->n_rows) return false;
    if (!gold->n_rows) return true;
    if (gold->n_columns > ASK_EVAL_MAX_COLUMNS || got->n_columns > ASK_EVAL_MAX_COLUMNS) return false;
    Matching m = {.arena = scratch, .is_ordered = is_ordered, .n_rows = gold->n_rows, .n_gold = gold->n_columns};
    m.next = ARENA_ARRAY(scratch, size_t, m.n_rows);
    m.gold = ARENA_ARRAY(scratch, const EvalCell *, m.n_gold + 1);
    for (size_t i = 0; i < m.n_gold; i++) m.gold[i] = column_cells(scratch, gold, i);
    add_sides(&m, got);
    for (size_t i = 0; i < m.n_gold; i++) {
        find_picks(&m, i);
        if (!m.n_picks[i]) return false;
    }
    return assign(&m, 0);
}
