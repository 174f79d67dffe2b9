/*
 * What begins with '@' or '#' is the text of a grammar: it is read or refused in a line of its own, and what is read names nothing that
 * is not there. Anything else is a question about the bicycles of tests/golden/query, and behind a line's end one that goes on from it:
 * each is read or refused, twice alike; what is read is a semantic query that compiles.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <unistd.h>

#include "ask/ask_internal.h"
#include "ask/ask_values_internal.h"

static Arena *engine_arena; /* as long as the process */
static Snapshot *snapshot;
static const AskEngine *engine;

/* The clock of tests/unit/query: 2021-02-10T12:00:00Z. */
static int64_t now_utc_us(void *arg) {
    (void)arg;
    return INT64_C(1612958400) * TIME_US_PER_SECOND;
}

/* Values as gold.sql has them. */
static AskValues *values_of(Err *err) {
    static Str names[] = {S_INIT("start.name"),  S_INIT("finish.name"),  S_INIT("station.name"), S_INIT("start.city"),
                          S_INIT("finish.city"), S_INIT("station.city"), S_INIT("rider.name"),   S_INIT("rider.plan"),
                          S_INIT("bike"),        S_INIT("weather")};
    static TextRows stations[] = {{S_INIT("North"), 1}, {S_INIT("South"), 1}, {S_INIT("Quay"), 1}, {S_INIT("Yard"), 1}};
    static TextRows cities[] = {{S_INIT("Bonn"), 1}, {S_INIT("Ulm"), 1}};
    static TextRows riders[] = {{S_INIT("Ada"), 1}, {S_INIT("Bo"), 1}, {S_INIT("Cy"), 1}, {S_INIT("Di"), 1}};
    static TextRows plans[] = {{S_INIT("day"), 1}, {S_INIT("year"), 1}};
    static TextRows bikes[] = {{S_INIT("B1"), 1}, {S_INIT("b1"), 1}, {S_INIT("b2"), 1},
                               {S_INIT("b3"), 1}, {S_INIT("b4"), 1}, {S_INIT("b5"), 1}};
    static TextRows weather[] = {
        {S_INIT("Drizzle"), 1}, {S_INIT("Dry"), 1}, {S_INIT("Fog"), 1}, {S_INIT("Rain"), 1}, {S_INIT("Snow"), 1}};
#define SET(key_, first, n_, values_) \
    {.key = S_INIT(key_), .names = names + (first), .n_names = (n_), .values = values_, .n_values = COUNT_OF(values_)}
    ValuesInput sets[] = {SET("station.name", 0, 3, stations), SET("station.city", 3, 3, cities),
                          SET("rider.name", 6, 1, riders),     SET("rider.plan", 7, 1, plans),
                          SET("trip.bike", 8, 1, bikes),       SET("trip.weather", 9, 1, weather)};
    char path[] = "/tmp/starling fuzz.XXXXXX";
    AskValues *values = NULL;
    int fd = mkstemp(path);
    assert(fd >= 0);
    close(fd);
    ErrCode code = values_write(sets, COUNT_OF(sets), &(ValuesStamp){.data_version = 1}, NULL, path, err);
    if (!code) code = ask_values_open(path, &values, err);
    assert(!code);
    unlink(path);
    return values;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc, (void)argv;
    const char *source = getenv("STARLING_SOURCE"), *share = NULL, *path = NULL;
    engine_arena = arena_new(0);
    const AskGrammar *grammar = NULL;
    const AskWords *words = NULL;
    Model *model = NULL;
    ModelFindings findings = {0};
    Str text = {0};
    Err err = {0};
    const char *folder = path_join(engine_arena, source ? source : ".", "tests/golden/query");
    ErrCode code = model_load(engine_arena, folder, &model, &findings, &err);
    if (!code) code = path_share(engine_arena, "", &share, &err);
    if (!code) code = ask_words_open(engine_arena, share, &words, &err);
    if (!code) code = path_share(engine_arena, "ask/english.grammar", &path, &err);
    if (!code) code = file_read(engine_arena, path, 1 << 20, &text, &err);
    if (!code) code = ask_grammar_parse(engine_arena, text, str_of(path), &grammar, &err);
    if (!code) code = ask_engine_new(engine_arena, model, grammar, values_of(&err), words, &engine, &err);
    assert(!code);
    snapshot = snapshot_new(1);
    snapshot_set(snapshot, SNAPSHOT_MODEL, model, NULL);
    return 0;
}

static void check_part(const AskGrammar *grammar, const AskRulePart *part) {
    if (part->kind == ASK_PART_LIST) assert(part->index >= 0 && (size_t)part->index < grammar->lists.n);
    if (part->kind == ASK_PART_SENSE) assert(part->index >= 0 && part->index < ASK_SENSE_COUNT);
    if (part->kind == ASK_PART_RULE) assert((size_t)part->index < grammar->names.n && grammar->rules[part->index]);
}

static void check_grammar(Arena *arena, Str text) {
    const AskGrammar *grammar = NULL;
    Err err = {0};
    ErrCode code = ask_grammar_parse(arena, text, S("fuzz"), &grammar, &err);
    assert(code == err.code && (code == ERR_OK || code == ERR_INVALID) && !grammar == (code != ERR_OK));
    assert(!code || (err.message[0] && err.line >= 0));
    if (code) return;
    assert(grammar->rules[grammar->slot]);
    for (size_t i = 0; i < grammar->names.n; i++)
        for (const AskRule *rule = grammar->rules[i]; rule; rule = rule->next) {
            assert(rule->name == (int)i && rule->action && rule->n_parts && rule->n_parts <= ASK_MAX_PARTS);
            for (size_t k = 0; k < rule->n_parts; k++) check_part(grammar, &rule->parts[k]);
            for (size_t k = 0; k < rule->n_args; k++)
                assert(rule->args[k].part >= 0 && (size_t)rule->args[k].part <= rule->n_parts);
        }
}

static void check_reading(const Ctx *ctx, const AskReading *reading) {
    const Query *query = NULL;
    const QueryPlan *plan = NULL;
    Err err = {0};
    assert(reading->frame && reading->cost == reading->cost);
    ErrCode code = query_parse_text(ctx, reading->json, &query, &err);
    if (!code) code = query_compile(ctx, query, NULL, &plan, &err);
    assert(!code && plan->n_columns);
}

static const AskResult *check_question(const Ctx *ctx, Str question, const AskTurn *before) {
    const AskResult *result = NULL, *again = NULL;
    Err err = {0}, again_err = {0};
    ErrCode code = ask_read(ctx, engine, question, before, &result, &err);
    assert(code == err.code && code != ERR_INTERNAL);
    assert(ask_read(ctx, engine, question, before, &again, &again_err) == code);
    if (code) return NULL;
    assert(result->status == ASK_DECLINED || result->n_readings);
    assert(result->status != ASK_DECLINED || result->message.n);
    assert(result->confidence >= 0 && result->confidence <= 1 && result->n_close <= result->n_readings);
    assert(again->status == result->status && again->n_readings == result->n_readings);
    for (size_t i = 0; i < result->n_readings; i++) {
        assert(str_eq(result->readings[i].json, again->readings[i].json));
        assert(!i || result->readings[i].cost >= result->readings[i - 1].cost);
        check_reading(ctx, &result->readings[i]);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
    Arena *arena CLEANUP(arena_freep) = arena_new(0);
    Ctx ctx = {.arena = arena,
               .snapshot = snapshot,
               .security = &SECURITY_OWNER,
               .clock = {.now_utc_us = now_utc_us, .monotonic_us = CLOCK_SYSTEM.monotonic_us, .arg = CLOCK_SYSTEM.arg},
               .as_of_us = INT64_C(1612951200) * TIME_US_PER_SECOND};
    Str text = {(const char *)data, n_bytes};
    if (str_starts(text, S("@")) || str_starts(text, S("#"))) {
        check_grammar(arena, text);
        return 0;
    }
    Str question = str_split_next(&text, '\n');
    const AskResult *result = check_question(&ctx, question, NULL);
    if (!result || !text.p || !result->n_readings) return 0;
    const AskTurn turn = {.question = question, .frame = result->readings[0].frame, .json = result->readings[0].json};
    check_question(&ctx, text, &turn);
    return 0;
}
