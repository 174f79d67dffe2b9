#pragma once
/*
 * YAML 1.2 with the place of every node (libfyaml). Aliases, anchors and tags are refused; so are a second document, duplicate
 * keys, more than 1 MiB, more than 2,000 keys in one map, more than 100,000 nodes or 32 levels, and invalid UTF-8. Time and
 * memory grow with the text's length and no faster. The tree lives in the arena. Any thread.
 */
#include "model/model_expr.h"

enum { YAML_MAX_BYTES = 1 << 20, YAML_MAX_KEYS = 2000, YAML_MAX_NODES = 100000, YAML_MAX_DEPTH = 32 };

typedef enum YamlKind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP } YamlKind;
typedef struct Yaml Yaml;
typedef struct YamlPair {
    Str key;
    ModelPlace place; /* of the key */
    const Yaml *value;
} YamlPair;
struct Yaml {
    YamlKind kind;
    ModelPlace place;      /* of a scalar's first character, after an opening quote */
    bool is_quoted;        /* scalar in quotes or a block: never null, number or bool */
    Str text;              /* scalar, NFC, without NUL */
    const Yaml *items;     /* list */
    const YamlPair *pairs; /* map, in text order */
    size_t n;
};

/* `file` is the name used in places. ERR_INVALID or ERR_TOO_LARGE with line and column. An empty text gives a YAML_NULL. */
NODISCARD ErrCode yaml_parse(Arena *arena, Str text, Str file, const Yaml **ret_yaml, Err *err);
const Yaml *yaml_get(const Yaml *map, Str key); /* NULL when absent or not a map */
