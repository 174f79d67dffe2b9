/* The key `ignores` of a fact: members and roles of other facts that it may be asked beside without. */
#include "model/model_pack_internal.h"

void pack_read_ignores(Pack *p, const Yaml *map, ModelFact *fact) {
    const Yaml *list = pack_list(map, "ignores");
    if (!list) return;
    ModelIgnore *ignores = ARENA_ARRAY(p->arena, ModelIgnore, list->n + 1);
    for (size_t i = 0; i < list->n; i++) ignores[i] = (ModelIgnore){list->items[i].text, list->items[i].place};
    fact->ignores = ignores;
    fact->n_ignores = list->n;
}

static bool has_role(const ModelFact *fact, Str name) {
    for (size_t i = 0; i < fact->n_roles; i++)
        if (str_eq(fact->roles[i].name, name)) return true;
    return false;
}

static bool other_has(const Model *model, const ModelFact *fact, Str name, ModelMember *ret) {
    for (size_t i = 0; i < model->n_facts; i++) {
        const ModelFact *other = &model->facts[i];
        if (other == fact) continue;
        if (has_role(other, name) || !model_member(model, other, name, ret, NULL)) return true;
    }
    return false;
}

static void check_ignore(Pack *p, const ModelFact *fact, const ModelIgnore *ignore) {
    ModelMember member = {0}, own;
    Err err = {0};
    Str name = ignore->name;
    if (has_role(fact, name) || !model_member(p->model, fact, name, &own, NULL)) {
        pack_find(p, ignore->place, "fact '%.*s' has '%.*s' itself; leave it out of 'ignores'", STR_ARG(fact->name),
                  STR_ARG(name));
    } else if (!other_has(p->model, fact, name, &member)) {
        ErrCode code = model_member(p->model, NULL, name, &member, &err);
        Str words = code ? arena_str(p->scratch, str_of(err.message)) : S("no fact uses it");
        pack_find(p, ignore->place,
                  "'%.*s' is no member and no dimension of another fact, and there is nothing to ignore: %.*s",
                  STR_ARG(name), STR_ARG(words));
    } else if (member.part) {
        pack_find(p, ignore->place, "'%.*s' is a part of a date; name the date itself", STR_ARG(name));
    }
}

void pack_check_ignores(Pack *p, const ModelFact *fact) {
    for (size_t i = 0; i < fact->n_ignores; i++) check_ignore(p, fact, &fact->ignores[i]);
}
