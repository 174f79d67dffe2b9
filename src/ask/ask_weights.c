/* The table of features, and weights as text. */
#include "ask/ask_weights.h"

#include <math.h>

const AskWeights ASK_WEIGHTS_INITIAL = {
#define WEIGHT(name, text, weight, about) [ASK_FEATURE_##name] = (weight),
    .at = {ASK_FEATURES(WEIGHT)},
#undef WEIGHT
    .most = 1.25,
    .slope = 4.2,
    .even = 3.6,
    .margin = .004};

typedef struct Feature {
    const char *name;
    const char *about;
} Feature;

static const Feature FEATURES[] = {
#define FEATURE(name, text, weight, about) [ASK_FEATURE_##name] = {(text), (about)},
    ASK_FEATURES(FEATURE)
#undef FEATURE
};

const char *ask_feature_name(AskFeature feature) {
    return FEATURES[feature].name;
}

const char *ask_feature_about(AskFeature feature) {
    return FEATURES[feature].about;
}

/* ---- text ----------------------------------------------------------------------------------------------------------- */

static double *weight_of(AskWeights *weights, Str name) {
    for (size_t i = 0; i < ASK_FEATURE_COUNT; i++)
        if (str_eq(name, str_of(FEATURES[i].name))) return &weights->at[i];
    if (str_eq(name, S("most"))) return &weights->most;
    if (str_eq(name, S("slope"))) return &weights->slope;
    if (str_eq(name, S("even"))) return &weights->even;
    return str_eq(name, S("margin")) ? &weights->margin : NULL;
}

static ErrCode parse_line(AskWeights *weights, Str line, Err *err) {
    Str rest = line;
    Str name = str_split_next(&rest, ' ');
    double *to = weight_of(weights, name), number;
    if (!to) return err_set(err, ERR_INVALID, "no feature is called '%.*s'", STR_ARG(name));
    if (!str_to_double(str_trim(rest), &number) || !isfinite(number) || number < 0)
        return err_set(err, ERR_INVALID, "the weight of '%.*s' is no number from 0 up", STR_ARG(name));
    *to = number;
    return ERR_OK;
}

ErrCode ask_weights_parse(Arena *arena, Str text, Str file, const AskWeights **ret_weights, Err *err) {
    AskWeights *weights = ARENA_NEW(arena, AskWeights);
    *weights = ASK_WEIGHTS_INITIAL;
    for (int number = 1; text.p; number++) {
        Str line = str_split_next(&text, '\n');
        line = str_trim(str_split_next(&line, '#'));
        if (!line.n) continue;
        ErrCode code = parse_line(weights, line, err);
        if (code && err) return err_at(err, file, number, 1);
        if (code) return code;
    }
    *ret_weights = weights;
    return ERR_OK;
}

static Str print_line(Arena *arena, Str all, const char *name, double number, const char *about) {
    Str line = arena_printf(arena, "%s %.4f", name, number);
    return arena_printf(arena, "%.*s%-24.*s # %s\n", STR_ARG(all), STR_ARG(line), about);
}

Str ask_weights_print(Arena *arena, const AskWeights *weights) {
    Str all = {0};
    for (AskFeature f = 0; f < ASK_FEATURE_COUNT; f++)
        all = print_line(arena, all, FEATURES[f].name, weights->at[f], FEATURES[f].about);
    all = print_line(arena, all, "most", weights->most, "a reading that costs more is not believed");
    all = print_line(arena, all, "slope", weights->slope, "confidence is 1 / (1 + exp(slope * cost - even))");
    all = print_line(arena, all, "even", weights->even, "");
    return print_line(arena, all, "margin", weights->margin, "readings whose costs differ by less are as likely");
}
