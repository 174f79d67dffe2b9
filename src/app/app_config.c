/* starling.yaml -> AppConfig. Unknown keys, and values that are not of their kind, are errors with their place. */
#include "app/app_internal.h"
#include "model/model_yaml.h"

static const AppConfig CONFIG_INITIAL = {.query_timeout_us = 30 * TIME_US_PER_SECOND,
                                         .query_max_rows = 1000000,
                                         .query_max_bytes = 1000000000,
                                         .lock_wait_ms = APP_LOCK_WAIT_MS,
                                         .follow_poll_ms = APP_FOLLOW_POLL_MS,
                                         .runs_keep = META_RUNS_KEEP,
                                         .max_deleted_percent = LOAD_MAX_DELETED_PERCENT,
                                         .server = {.max_body_bytes = 1000000,
                                                    .max_header_bytes = 16000,
                                                    .max_connections = 512,
                                                    .n_workers = 8,
                                                    .n_slow = 64,
                                                    .max_waiting = 128,
                                                    .idle_ms = 60000,
                                                    .n_job_workers = 2,
                                                    .max_jobs_waiting = 16,
                                                    .max_jobs_kept = 100,
                                                    .max_job_bytes = 16000000,
                                                    .max_streams = 256,
                                                    .cache_bytes = 64000000,
                                                    .grace_ms = 2000,
                                                    .has_access_log = true}};

typedef enum ConfigKind {
    CONFIG_COUNT_OF,
    CONFIG_PERCENT,
    CONFIG_SIZE,
    CONFIG_DURATION_US,
    CONFIG_DURATION_MS,
    CONFIG_SWITCH
} ConfigKind;

/* What a setting is kept in. */
typedef enum ConfigField { FIELD_INT64, FIELD_INT, FIELD_BOOL } ConfigField;

typedef struct ConfigKey {
    const char *name; /* dotted */
    ConfigKind kind;
    size_t offset;
    ConfigField field;
} ConfigKey;

static const ConfigKey CONFIG_KEYS[] = {
    {"load.max_deleted", CONFIG_PERCENT, offsetof(AppConfig, max_deleted_percent), FIELD_INT},
    {"lock_wait", CONFIG_DURATION_MS, offsetof(AppConfig, lock_wait_ms), FIELD_INT64},
    {"follow.poll", CONFIG_DURATION_MS, offsetof(AppConfig, follow_poll_ms), FIELD_INT64},
    {"query.timeout", CONFIG_DURATION_US, offsetof(AppConfig, query_timeout_us), FIELD_INT64},
    {"query.max_rows", CONFIG_COUNT_OF, offsetof(AppConfig, query_max_rows), FIELD_INT64},
    {"query.max_bytes", CONFIG_SIZE, offsetof(AppConfig, query_max_bytes), FIELD_INT64},
    {"runs.keep", CONFIG_COUNT_OF, offsetof(AppConfig, runs_keep), FIELD_INT64},
    {"warehouse.memory_limit", CONFIG_SIZE, offsetof(AppConfig, memory_limit_bytes), FIELD_INT64},
    {"warehouse.threads", CONFIG_COUNT_OF, offsetof(AppConfig, n_threads), FIELD_INT},
    {"server.max_body", CONFIG_SIZE, offsetof(AppConfig, server.max_body_bytes), FIELD_INT64},
    {"server.max_header", CONFIG_SIZE, offsetof(AppConfig, server.max_header_bytes), FIELD_INT64},
    {"server.connections", CONFIG_COUNT_OF, offsetof(AppConfig, server.max_connections), FIELD_INT},
    {"server.workers", CONFIG_COUNT_OF, offsetof(AppConfig, server.n_workers), FIELD_INT},
    {"server.slow_readers", CONFIG_COUNT_OF, offsetof(AppConfig, server.n_slow), FIELD_INT},
    {"server.queue", CONFIG_COUNT_OF, offsetof(AppConfig, server.max_waiting), FIELD_INT},
    {"server.idle", CONFIG_DURATION_MS, offsetof(AppConfig, server.idle_ms), FIELD_INT64},
    {"server.jobs", CONFIG_COUNT_OF, offsetof(AppConfig, server.n_job_workers), FIELD_INT},
    {"server.jobs_queue", CONFIG_COUNT_OF, offsetof(AppConfig, server.max_jobs_waiting), FIELD_INT},
    {"server.jobs_keep", CONFIG_COUNT_OF, offsetof(AppConfig, server.max_jobs_kept), FIELD_INT},
    {"server.max_job", CONFIG_SIZE, offsetof(AppConfig, server.max_job_bytes), FIELD_INT64},
    {"server.streams", CONFIG_COUNT_OF, offsetof(AppConfig, server.max_streams), FIELD_INT},
    {"server.cache", CONFIG_SIZE, offsetof(AppConfig, server.cache_bytes), FIELD_INT64},
    {"server.grace", CONFIG_DURATION_MS, offsetof(AppConfig, server.grace_ms), FIELD_INT64},
    {"server.access_log", CONFIG_SWITCH, offsetof(AppConfig, server.has_access_log), FIELD_BOOL},
};

typedef struct Unit {
    const char *suffix;
    int64_t factor;
} Unit;
static const Unit UNITS_OF_TIME_US[] = {{"ms", 1000}, {"s", 1000000}, {"min", 60000000}, {"h", INT64_C(3600000000)}};
static const Unit UNITS_OF_SIZE[] = {{"KB", 1000}, {"MB", 1000000}, {"GB", 1000000000}, {"B", 1}};

/* "30s", "2 GB": a positive whole number and a unit. */
static bool parse_unit(Str text, const Unit *units, size_t n_units, int64_t *ret_value) {
    for (size_t i = 0; i < n_units; i++) {
        Str suffix = str_of(units[i].suffix);
        int64_t number = 0;
        if (!str_ends(text, suffix) || !str_to_int64(str_trim(str_slice(text, 0, text.n - suffix.n)), &number))
            continue;
        if (number <= 0 || number > INT64_MAX / units[i].factor) return false;
        *ret_value = number * units[i].factor;
        return true;
    }
    return false;
}

static const char *kind_example(ConfigKind kind) {
    switch (kind) {
    case CONFIG_PERCENT: return "a percentage from 0% to 100%, such as 20%";
    case CONFIG_SIZE: return "a size such as 2GB";
    case CONFIG_DURATION_US:
    case CONFIG_DURATION_MS: return "a time such as 30s";
    case CONFIG_SWITCH: return "on or off";
    case CONFIG_COUNT_OF: break;
    }
    return "a whole number above 0";
}

static bool parse_value(ConfigKind kind, Str text, int64_t *ret_value) {
    switch (kind) {
    case CONFIG_PERCENT:
        if (str_ends(text, S("%"))) text = str_trim(str_slice(text, 0, text.n - 1));
        return str_to_int64(text, ret_value) && *ret_value >= 0 && *ret_value <= 100;
    case CONFIG_SIZE: return parse_unit(text, UNITS_OF_SIZE, COUNT_OF(UNITS_OF_SIZE), ret_value);
    case CONFIG_DURATION_US: return parse_unit(text, UNITS_OF_TIME_US, COUNT_OF(UNITS_OF_TIME_US), ret_value);
    case CONFIG_DURATION_MS:
        if (!parse_unit(text, UNITS_OF_TIME_US, COUNT_OF(UNITS_OF_TIME_US), ret_value)) return false;
        *ret_value /= 1000;
        return true;
    case CONFIG_SWITCH:
        *ret_value = str_eq(text, S("on")) || str_eq(text, S("true"));
        return *ret_value || str_eq(text, S("off")) || str_eq(text, S("false"));
    case CONFIG_COUNT_OF: break;
    }
    return str_to_int64(text, ret_value) && *ret_value > 0 && *ret_value <= INT32_MAX;
}

static ErrCode set_key(AppConfig *config, Str name, const YamlPair *pair, Err *err) {
    Str names[COUNT_OF(CONFIG_KEYS)];
    for (size_t i = 0; i < COUNT_OF(CONFIG_KEYS); i++) {
        const ConfigKey *key = &CONFIG_KEYS[i];
        names[i] = str_of(key->name);
        if (!str_eq(name, names[i])) continue;
        int64_t value = 0;
        if (pair->value->kind != YAML_SCALAR || !parse_value(key->kind, str_trim(pair->value->text), &value)) {
            err_set(err, ERR_INVALID, "%s takes %s", key->name, kind_example(key->kind));
            return err_at(err, pair->place.file, pair->place.line, pair->place.column);
        }
        char *field = (char *)config + key->offset;
        switch (key->field) {
        case FIELD_INT64: *(int64_t *)(void *)field = value; break;
        case FIELD_INT: *(int *)(void *)field = (int)value; break;
        case FIELD_BOOL: *(bool *)(void *)field = value != 0; break;
        }
        return ERR_OK;
    }
    Str near = str_nearest(name, names, COUNT_OF(CONFIG_KEYS));
    if (near.n)
        err_set(err, ERR_UNKNOWN_NAME, "there is no setting '%.*s'; did you mean '%.*s'?", STR_ARG(name),
                STR_ARG(near));
    else
        err_set(err, ERR_UNKNOWN_NAME, "there is no setting '%.*s'", STR_ARG(name));
    return err_at(err, pair->place.file, pair->place.line, pair->place.column);
}

static ErrCode check_version(const YamlPair *pair, Err *err) {
    int64_t version = 0;
    if (pair->value->kind != YAML_SCALAR || !str_to_int64(pair->value->text, &version) || version < 1)
        err_set(err, ERR_INVALID, "home takes the version of this folder's layout, %d", APP_HOME_VERSION);
    else if (version > APP_HOME_VERSION)
        err_set(err, ERR_VERSION,
                "this home has layout %" PRId64 ", but this program knows only up to %d; use a newer one", version,
                APP_HOME_VERSION);
    else
        return ERR_OK;
    return err_at(err, pair->place.file, pair->place.line, pair->place.column);
}

ErrCode home_config(Arena *arena, const char *home, AppConfig *ret_config, Err *err) {
    const char *path = path_join(arena, home, "starling.yaml");
    Str text = {0};
    TRY(file_read(arena, path, HOME_TEXT_MAX_BYTES, &text, err));
    const Yaml *yaml = NULL;
    TRY(yaml_parse(arena, text, str_of(path), &yaml, err));
    AppConfig config = CONFIG_INITIAL;
    if (yaml->kind != YAML_MAP && yaml->kind != YAML_NULL) {
        err_set(err, ERR_INVALID, "settings are a map of names to values, such as lock_wait: 10s");
        return err_at(err, str_of(path), yaml->place.line, yaml->place.column);
    }
    for (size_t i = 0; yaml->kind == YAML_MAP && i < yaml->n; i++) {
        const YamlPair *pair = &yaml->pairs[i];
        if (str_eq(pair->key, S("home"))) {
            TRY(check_version(pair, err));
        } else if (pair->value->kind == YAML_MAP) {
            for (size_t j = 0; j < pair->value->n; j++) {
                const YamlPair *inner = &pair->value->pairs[j];
                TRY(set_key(&config, arena_printf(arena, "%.*s.%.*s", STR_ARG(pair->key), STR_ARG(inner->key)), inner,
                            err));
            }
        } else {
            TRY(set_key(&config, pair->key, pair, err));
        }
    }
    *ret_config = config;
    return ERR_OK;
}
