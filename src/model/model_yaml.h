#pragma once
/*
 * YAML 1.2 with the place of every node (libfyaml). Aliases, anchors and tags are refused; so are a second document, duplicate
 * keys, more than 1 MiB, more than 2,000 keys in one map, and invalid UTF-8. The tree lives in the arena.
 */
#include "model/model_expr.h"

typedef enum YamlKind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP } YamlKind;
typedef struct Yaml Yaml;
typedef struct YamlPair {
    Str key;
    ModelPlace place; /* of the key */
    const Yaml *value;
} YamlPair;
struct Yaml {
    YamlKind kind;
    ModelPlace place;
    bool is_quoted; /* scalar in quotes or a block: never null, number or bool */
    Str text;       /* scalar */
    const Yaml *items; /* list */
    const YamlPair *pairs; /* map, in text order */
    size_t n;
};

/* `file` is the name used in places. ERR_INVALID with line and column. An empty text gives a YAML_NULL. */
NODISCARD ErrCode yaml_parse(Arena *arena, Str text, Str file, const Yaml **ret_yaml, Err *err);
const Yaml *yaml_get(const Yaml *map, Str key); /* NULL when absent or not a map */
