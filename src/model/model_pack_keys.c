/*
 * Pack schema v1 as tables: which keys each kind of map may have. The JSON schema for editors and docs/packs.md say
 * the same; a test compares them.
 */
#include "model/model_pack_internal.h"

#define LABEL_KEYS                                                                                     \
    {"title", PACK_TEXT, false}, {"description", PACK_TEXT, false}, {"synonyms", PACK_TEXTS, false}, { \
        "hidden", PACK_BOOL, false                                                                     \
    }
#define VALUE_LABEL_KEYS                                                                                 \
    LABEL_KEYS, {"format", PACK_TEXT, false}, {"unit", PACK_TEXT, false}, {"decimals", PACK_INT, false}, \
        {"pii", PACK_CLASS, false}, {                                                                    \
        "visible_to", PACK_TEXTS, false                                                                  \
    }

static const PackKey KEYS_PACK[] = {
    {"pack", PACK_INT, true},       {"name", PACK_TEXT, true},         {"version", PACK_TEXT, true},
    {"title", PACK_TEXT, false},    {"description", PACK_TEXT, false}, {"calendar", PACK_MAP, false},
    {"as_of", PACK_TEXT, false},    {"sources", PACK_MAP, true},       {"inputs", PACK_MAP, false},
    {"mappings", PACK_LIST, false}, {"generator", PACK_MAP, false},    {"dimensions", PACK_MAP, false},
    {"facts", PACK_MAP, false},     {"filters", PACK_MAP, false},      {"measures", PACK_MAP, false},
    {"rules", PACK_TEXTS, false},   {"questions", PACK_LIST, false},   {"ui", PACK_MAP, false},
};
static const PackKey KEYS_CALENDAR[] = {{"time_zone", PACK_TEXT, false}, {"fiscal_year_month", PACK_INT, false}};
static const PackKey KEYS_SOURCE[] = {
    {"kind", PACK_TEXT, true}, {"time_zone", PACK_TEXT, false}, {"tables", PACK_MAP, true}};
static const PackKey KEYS_TABLE[] = {
    {"key", PACK_TEXTS, false}, {"columns", PACK_MAP, true}, {"references", PACK_LIST, false}};
static const PackKey KEYS_COLUMN[] = {
    {"type", PACK_TEXT, true}, {"not_null", PACK_BOOL, false}, {"check", PACK_EXPR, false}};
static const PackKey KEYS_REFERENCE[] = {{"columns", PACK_TEXTS, true}, {"table", PACK_TEXT, true}};
static const PackKey KEYS_INPUT[] = {{"title", PACK_TEXT, false},
                                     {"description", PACK_TEXT, false},
                                     {"delivery", PACK_TEXT, false},
                                     {"sample", PACK_TEXT, false}};
static const PackKey KEYS_MAPPING[] = {
    {"table", PACK_TEXT, true}, {"from", PACK_TEXT, true}, {"where", PACK_EXPR, false}, {"columns", PACK_MAP, false}};
static const PackKey KEYS_GENERATOR[] = {
    {"script", PACK_TEXT, true}, {"description", PACK_TEXT, false}, {"inputs", PACK_TEXTS, false}};
static const PackKey KEYS_DIMENSION[] = {LABEL_KEYS,
                                         {"from", PACK_TEXT, true},
                                         {"joins", PACK_LIST, false},
                                         {"key", PACK_TEXTS, true},
                                         {"attributes", PACK_MAP, true},
                                         {"hierarchies", PACK_MAP, false}};
static const PackKey KEYS_HIERARCHY[] = {{"title", PACK_TEXT, false},
                                         {"description", PACK_TEXT, false},
                                         {"synonyms", PACK_TEXTS, false},
                                         {"levels", PACK_TEXTS, true}};
static const PackKey KEYS_ATTRIBUTE[] = {VALUE_LABEL_KEYS, {"expr", PACK_EXPR, false}, {"scd", PACK_INT, false}};
static const PackKey KEYS_JOIN[] = {{"table", PACK_TEXT, true}, {"as", PACK_TEXT, false}, {"on", PACK_MAP, true}};
static const PackKey KEYS_FACT[] = {
    LABEL_KEYS,
    {"from", PACK_TEXT, true},
    {"joins", PACK_LIST, false},
    {"time", PACK_TEXT, false},
    {"time_unit", PACK_TEXT, false},
    {"partition", PACK_TEXT, false},
    {"dimensions", PACK_MAP, false},
    {"times", PACK_MAP, false},
    {"attributes", PACK_MAP, false},
    {"columns", PACK_MAP, false},
    {"ignores", PACK_TEXTS, false},
};
static const PackKey KEYS_ROLE[] = {{"dimension", PACK_TEXT, true}, {"key", PACK_MAP, true}};
static const PackKey KEYS_FACT_COLUMN[] = {VALUE_LABEL_KEYS,
                                           {"expr", PACK_EXPR, false},
                                           {"lookup", PACK_MAP, false},
                                           {"aggregate", PACK_TEXT, false},
                                           {"aggregations", PACK_TEXTS, false}};
static const PackKey KEYS_LOOKUP[] = {{"table", PACK_TEXT, true}, {"on", PACK_MAP, true}, {"value", PACK_EXPR, false}};
static const PackKey KEYS_FILTER[] = {
    LABEL_KEYS, {"visible_to", PACK_TEXTS, false}, {"expr", PACK_EXPR, true}, {"fact", PACK_TEXT, false}};
static const PackKey KEYS_MEASURE[] = {VALUE_LABEL_KEYS,
                                       {"expr", PACK_EXPR, true},
                                       {"fact", PACK_TEXT, false},
                                       {"adjectives", PACK_MAP, false},
                                       {"semi_additive", PACK_MAP, false},
                                       {"better", PACK_TEXT, false}};
static const PackKey KEYS_ADJECTIVES[] = {{"high", PACK_TEXTS, false}, {"low", PACK_TEXTS, false}};
static const PackKey KEYS_SEMI_ADDITIVE[] = {
    {"time", PACK_TEXT, false}, {"take", PACK_TEXT, false}, {"per", PACK_TEXTS, false}};
static const PackKey KEYS_QUESTION[] = {{"question", PACK_TEXT, true},     {"query", PACK_QUERY, true},
                                        {"also", PACK_TEXTS, false},       {"verified_by", PACK_TEXT, false},
                                        {"verified_on", PACK_TEXT, false}, {"is_example", PACK_BOOL, false}};
static const PackKey KEYS_UI[] = {{"title", PACK_TEXT, false},
                                  {"color", PACK_TEXT, false},
                                  {"logo", PACK_TEXT, false},
                                  {"number_locale", PACK_TEXT, false},
                                  {"home", PACK_MAP, false}};
static const PackKey KEYS_HOME[] = {{"measures", PACK_TEXTS, false},
                                    {"trend", PACK_TEXT, false},
                                    {"tops", PACK_LIST, false},
                                    {"period", PACK_TEXT, false},
                                    {"compare", PACK_TEXT, false}};
static const PackKey KEYS_HOME_TOP[] = {{"measure", PACK_TEXT, false},
                                        {"dimension", PACK_TEXT, true},
                                        {"limit", PACK_INT, false},
                                        {"order", PACK_TEXT, false}};

#define OBJECT(name_, keys_) \
    { .name = (name_), .keys = (keys_), .n_keys = COUNT_OF(keys_) }
static const PackObjectInfo OBJECTS[PACK_OBJECT_COUNT] = {
    [PACK_OBJECT_PACK] = OBJECT("pack", KEYS_PACK),
    [PACK_OBJECT_CALENDAR] = OBJECT("calendar", KEYS_CALENDAR),
    [PACK_OBJECT_SOURCE] = OBJECT("source", KEYS_SOURCE),
    [PACK_OBJECT_TABLE] = OBJECT("table", KEYS_TABLE),
    [PACK_OBJECT_COLUMN] = OBJECT("column", KEYS_COLUMN),
    [PACK_OBJECT_REFERENCE] = OBJECT("reference", KEYS_REFERENCE),
    [PACK_OBJECT_INPUT] = OBJECT("input", KEYS_INPUT),
    [PACK_OBJECT_MAPPING] = OBJECT("mapping", KEYS_MAPPING),
    [PACK_OBJECT_GENERATOR] = OBJECT("generator", KEYS_GENERATOR),
    [PACK_OBJECT_DIMENSION] = OBJECT("dimension", KEYS_DIMENSION),
    [PACK_OBJECT_HIERARCHY] = OBJECT("hierarchy", KEYS_HIERARCHY),
    [PACK_OBJECT_ATTRIBUTE] = OBJECT("attribute", KEYS_ATTRIBUTE),
    [PACK_OBJECT_JOIN] = OBJECT("join", KEYS_JOIN),
    [PACK_OBJECT_FACT] = OBJECT("fact", KEYS_FACT),
    [PACK_OBJECT_ROLE] = OBJECT("role", KEYS_ROLE),
    [PACK_OBJECT_FACT_COLUMN] = OBJECT("fact_column", KEYS_FACT_COLUMN),
    [PACK_OBJECT_LOOKUP] = OBJECT("lookup", KEYS_LOOKUP),
    [PACK_OBJECT_FILTER] = OBJECT("filter", KEYS_FILTER),
    [PACK_OBJECT_MEASURE] = OBJECT("measure", KEYS_MEASURE),
    [PACK_OBJECT_ADJECTIVES] = OBJECT("adjectives", KEYS_ADJECTIVES),
    [PACK_OBJECT_SEMI_ADDITIVE] = OBJECT("semi_additive", KEYS_SEMI_ADDITIVE),
    [PACK_OBJECT_QUESTION] = OBJECT("question", KEYS_QUESTION),
    [PACK_OBJECT_UI] = OBJECT("ui", KEYS_UI),
    [PACK_OBJECT_HOME] = OBJECT("home", KEYS_HOME),
    [PACK_OBJECT_HOME_TOP] = OBJECT("home_top", KEYS_HOME_TOP),
};

const PackObjectInfo *pack_object_info(PackObject object) {
    return &OBJECTS[object];
}

const Str PACK_FORMATS[] = {S("currency"), S("percent"), S("number"), S("integer"), S("text"), S("date")};
const size_t PACK_N_FORMATS = COUNT_OF(PACK_FORMATS);

/* By ModelPii, from MODEL_PII_NAME on. */
const Str PACK_PII_CLASSES[] = {S("name"),      S("email"),    S("phone"),     S("address"), S("birth_date"),
                                S("id_number"), S("location"), S("financial"), S("health"),  S("other")};
const size_t PACK_N_PII_CLASSES = COUNT_OF(PACK_PII_CLASSES);
static_assert(COUNT_OF(PACK_PII_CLASSES) == MODEL_PII_COUNT - 1, "a name for each class");

Str model_pii_name(ModelPii class) {
    return class == MODEL_PII_NONE ? (Str){0} : PACK_PII_CLASSES[class - 1];
}
