/* model show honours who asks: what a role may not see is nowhere in the document, and what the pack hides is found by its name only. */
#include "app_fixture.h"

static const char PACK[] =
    "pack: 1\n"
    "name: demo\n"
    "version: '1'\n"
    "sources:\n"
    "  s:\n"
    "    kind: managed\n"
    "    tables:\n"
    "      who: {key: [id], columns: {id: text not null, nick: text, kin: text}}\n"
    "      act: {key: [n], columns: {n: int64 not null, who_id: text, day: date, fee: int64, rate: int64}}\n"
    "dimensions:\n"
    "  who:\n"
    "    from: who\n"
    "    key: [id]\n"
    "    attributes: {id: , nick: {visible_to: [desk]}, kin: {pii: name}}\n"
    "    hierarchies: {two: [kin, nick], three: [kin, nick, id]}\n"
    "facts:\n"
    "  deed:\n"
    "    from: act\n"
    "    time: day\n"
    "    dimensions:\n"
    "      doer: {dimension: who, key: {id: who_id}}\n"
    "    times: {day: }\n"
    "    columns: {fee: {visible_to: [desk], aggregate: sum, aggregations: [sum, max]}, rate: {hidden: true}}\n"
    "filters:\n"
    "  free: {expr: fee = 0}\n"
    "  kindred: {expr: \"doer.kin = 'us' or inner_circle\", title: Our own}\n"
    "  inner_circle: {expr: doer.id is null, visible_to: [desk]}\n"
    "  nameless: {expr: who.kin is null}\n"
    "measures:\n"
    "  fees: {expr: sum(fee), better: down}\n"
    "  double_fees: {expr: 2 * fees}\n"
    "  secret: {expr: avg(rate), synonyms: [hush], visible_to: [desk]}\n"
    "questions:\n"
    "  - {question: How much?, query: {measures: [fees]}}\n"
    "  - {question: How secret?, query: {measures: [secret]}}\n"
    "ui:\n"
    "  home:\n"
    "    measures: [secret, fees]\n"
    "    trend: secret\n"
    "    tops: [doer.nick, {measure: secret, dimension: doer.kin, limit: 3, order: asc}, doer.kin]\n"
    "    period: all\n";

static const char *show(Fixture *f, const Security *security, const char *name) {
    return run(f, "model show", security, name ? "name" : NULL, name, NULL, NULL);
}

static Security reader(const Str *roles, size_t n) {
    return (Security){.user = S("somebody"),
                      .permissions = 1u << PERMISSION_READ_DATA | 1u << PERMISSION_READ_MODEL,
                      .roles = roles,
                      .n_roles = n};
}

TEST(the_owner_sees_all_that_is_not_hidden) {
    Fixture f;
    open_home(&f, PACK);
    const char *all = show(&f, &SECURITY_OWNER, NULL);
    has(all, "\"name\":\"doer.nick\"");
    has(all, "\"levels\":\"kin > nick > id\"");
    has(all, "\"name\":\"secret\"");
    has(all, "\"visible_to\":[\"desk\"]");
    has(show(&f, &SECURITY_OWNER, "deed.fee"),
        "\"aggregate\":\"sum\",\"visible_to\":[\"desk\"],\"aggregations\":[\"sum\",\"max\"]");
    has(show(&f, &SECURITY_OWNER, "double_fees"), "\"additivity\":\"additive\"");
    has(show(&f, &SECURITY_OWNER, "secret"), "\"additivity\":\"non_additive\"");
    has(show(&f, &SECURITY_OWNER, "inner_circle"),
        "\"expr\":\"doer.id is null\",\"visible_to\":[\"desk\"],\"facts\":[\"deed\"]");
    has(show(&f, &SECURITY_OWNER, "nameless"),
        "\"kind\":\"filter\",\"name\":\"nameless\",\"title\":\"Nameless\",\"of\":\"who\"");
    has(all, "How secret?");
    has(all, "\"better\":\"down\"");
    has(all, "\"home\":{\"measures\":[\"secret\",\"fees\"],\"trend\":\"secret\",\"tops\":["
             "{\"dimension\":\"doer.nick\",\"order\":\"desc\"},"
             "{\"measure\":\"secret\",\"dimension\":\"doer.kin\",\"limit\":3,\"order\":\"asc\"},"
             "{\"dimension\":\"doer.kin\",\"order\":\"desc\"}],\"period\":\"all\"}");
    lacks(all, "\"deed.rate\"");
    has(show(&f, &SECURITY_OWNER, "deed.rate"), "\"is_hidden\":true");
    close_home(&f);
}

TEST(who_lacks_the_role_sees_nothing_of_it) {
    Fixture f;
    open_home(&f, PACK);
    Security nobody = reader(NULL, 0);
    const char *all = show(&f, &nobody, NULL);
    has(all, "\"name\":\"doer.kin\"");
    has(all, "\"levels\":\"kin > id\"");
    has(all, "\"name\":\"fees\"");
    has(all, "\"expr\":\"2 * fees\"");
    has(all, "\"name\":\"free\"");
    has(all, "\"name\":\"kindred\"");
    has(all, "How much?");
    has(all,
        "\"home\":{\"measures\":[\"fees\"],\"tops\":[{\"dimension\":\"doer.kin\",\"order\":\"desc\"}],\"period\":\"all\"}");
    static const char *const unseen[] = {"nick",        "secret",      "hush",    "\"deed.fee\"", "sum(fee)",
                                         "How secret?", "\"who.two\"", "fee = 0", "inner_circle"};
    for (size_t i = 0; i < COUNT_OF(unseen); i++) lacks(all, unseen[i]);
    assert_string_equal(show(&f, &nobody, "secret"), "no member 'secret' in this model");
    assert_string_equal(show(&f, &nobody, "secre"), "no member 'secre' in this model");
    assert_string_equal(show(&f, &nobody, "hush"), "no member 'hush' in this model");
    lacks(show(&f, &nobody, "who"), "nick");
    has(run(&f, "model text", &nobody, NULL, NULL, NULL, NULL), "admin");
    assert_int_equal(f.err.code, ERR_DENIED);
    static const Str roles[] = {S_INIT("desk")};
    Security desk = reader(roles, 1);
    has(show(&f, &desk, "secret"), "avg(rate)");
    has(show(&f, &desk, "fees"), "sum(fee)");
    has(show(&f, &desk, NULL), "How secret?");
    close_home(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_owner_sees_all_that_is_not_hidden),
        cmocka_unit_test(who_lacks_the_role_sees_nothing_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
