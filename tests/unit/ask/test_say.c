/* A query in words: every part of the language has some. */
#include "said_fixture.h"

typedef struct Case {
    const char *words, *json;
} Case;

static void check(void **state, const Case *cases, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const char *words = said(*state, cases[i].json);
        if (strcmp(words, cases[i].words) != 0)
            fail_msg("'%s'\nis not\n'%s'\n%s", words, cases[i].words, cases[i].json);
    }
}

TEST(measures_groups_and_times) {
    static const Case CASES[] = {
        {"Trips", "{\"measures\":[\"trips\"]}"},
        {"Distance, trips and riders by bike",
         "{\"measures\":[\"distance\",\"trips\",\"riders\"],\"dimensions\":[\"bike\"]}"},
        {"Trips by start city and by month in 2021",
         "{\"measures\":[\"trips\"],\"dimensions\":[\"start.city\"],\"time\":{\"grain\":\"month\",\"range\":\"2021\"}}"},
        {"Trips by weekday", "{\"measures\":[\"trips\"],\"dimensions\":[\"started_at.weekday\"]}"},
        {"Trips with ended on in January 2021",
         "{\"measures\":[\"trips\"],\"time\":{\"dimension\":\"ended_on\",\"range\":\"2021-01\"}}"},
        {"Trips on 4 January 2021", "{\"measures\":[\"trips\"],\"time\":{\"range\":\"2021-01-04\"}}"},
        {"Trips from 1 to 9 December 2020",
         "{\"measures\":[\"trips\"],\"time\":{\"range\":[\"2020-12-01\",\"2020-12-09\"]}}"},
        {"Trips from Q4 2020 to January 2021",
         "{\"measures\":[\"trips\"],\"time\":{\"range\":[\"2020-Q4\",\"2021-01\"]}}"},
        {"Trips since March 2020", "{\"measures\":[\"trips\"],\"time\":{\"range\":[\"2020-03\",null]}}"},
        {"Trips until 2020", "{\"measures\":[\"trips\"],\"time\":{\"range\":[null,\"2020\"]}}"},
        {"Trips in week 9 of 2020", "{\"measures\":[\"trips\"],\"time\":{\"range\":\"2020-W09\"}}"},
        {"Trips last month", "{\"measures\":[\"trips\"],\"time\":{\"range\":\"last month\"}}"},
        {"Trips in the past 30 days", "{\"measures\":[\"trips\"],\"time\":{\"range\":\"past 30 days\"}}"},
        {"Cost from week 100 to week 103", "{\"measures\":[\"cost\"],\"time\":{\"range\":[100,103]}}"},
        {"List of bikes", "{\"dimensions\":[\"bike\"]}"},
        {"Which years", "{\"time\":{\"grain\":\"year\"}}"},
    };
    check(state, CASES, COUNT_OF(CASES));
}

TEST(conditions) {
    static const Case CASES[] = {
        {"Trips, where start city is Ulm or Bonn",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"start.city\",\"op\":\"in\",\"values\":[\"Ulm\",\"Bonn\"]}]}"},
        {"Trips, excluding start city Ulm",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"start.city\",\"op\":\"not_in\",\"values\":[\"Ulm\"]}]}"},
        {"Trips, where weather is \"Rain, snow\"",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"weather\",\"op\":\"equals\",\"value\":\"Rain, snow\"}]}"},
        {"Trips, where weather contains now",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"weather\",\"op\":\"contains\",\"value\":\"now\"}]}"},
        {"Trips, where distance is more than 10,000",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"trip.distance\",\"op\":\"gt\",\"value\":10000}]}"},
        {"Trips by bike, where single distance is between 2 and 5.5",
         "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"where\":[{\"member\":\"trip.distance\",\"op\":\"between\",\"values\":[2,5.5]}]}"},
        {"Trips, without weather",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"weather\",\"op\":\"not_set\"}]}"},
        {"Trips, where is paid",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"is_paid\",\"op\":\"equals\",\"value\":true}]}"},
        {"Trips, where not is paid",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"is_paid\",\"op\":\"equals\",\"value\":false}]}"},
        {"Trips, only long trips", "{\"measures\":[\"trips\"],\"where\":[\"long\"]}"},
        {"Trips, excluding long trips", "{\"measures\":[\"trips\"],\"where\":[{\"not\":\"long\"}]}"},
        {"Trips, on Saturday or Sunday",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"started_at.weekday\",\"op\":\"in\",\"values\":[6,7]}]}"},
        {"Trips, where (bike is b1 or long trips) and weather is Dry",
         "{\"measures\":[\"trips\"],\"where\":[{\"or\":[{\"member\":\"bike\",\"op\":\"equals\",\"value\":\"b1\"},\"long\"]},"
         "{\"member\":\"weather\",\"op\":\"equals\",\"value\":\"Dry\"}]}"},
        {"Trips, where ended on in January 2021",
         "{\"measures\":[\"trips\"],\"where\":[{\"member\":\"ended_on\",\"op\":\"in_range\",\"value\":\"2021-01\"}]}"},
        {"Paid share by bike, where paid share is more than 12.5%",
         "{\"measures\":[\"paid_share\"],\"dimensions\":[\"bike\"],\"having\":[{\"member\":\"paid_share\",\"op\":\"gt\",\"value\":0.125}]}"},
        {"Trips by bike, where trips are at least 3",
         "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"having\":[{\"member\":\"trips\",\"op\":\"gte\",\"value\":3}]}"},
    };
    check(state, CASES, COUNT_OF(CASES));
}

TEST(order_and_limits) {
    static const Case CASES[] = {
        {"Bike with the highest distance",
         "{\"measures\":[\"distance\"],\"dimensions\":[\"bike\"],\"order\":[[\"distance\",\"desc\"]],\"limit\":1}"},
        {"Bottom 3 bikes by distance in 2021",
         "{\"measures\":[\"distance\"],\"dimensions\":[\"bike\"],\"time\":{\"range\":\"2021\"},\"order\":[\"distance\"],\"limit\":3}"},
        {"Trips and distance by bike, the top 3 by distance",
         "{\"measures\":[\"trips\",\"distance\"],\"dimensions\":[\"bike\"],\"order\":[[\"distance\",\"desc\"]],\"limit\":3}"},
        {"Top 2 bikes by trips within each start city",
         "{\"measures\":[\"trips\"],\"dimensions\":[\"start.city\",\"bike\"],\"order\":[[\"trips\",\"desc\"]],"
         "\"limit_per\":{\"by\":[\"start.city\"],\"n\":2}}"},
        {"Top 1 bike by trips within each month",
         "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"time\":{\"grain\":\"month\"},\"order\":[[\"trips\",\"desc\"]],"
         "\"limit_per\":{\"by\":[\"started_at.month\"],\"n\":1}}"},
        {"Trips by bike, ordered by bike, lowest first",
         "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"order\":[\"bike\"]}"},
        {"Trips by month, compared with the year before",
         "{\"measures\":[\"trips\"],\"time\":{\"grain\":\"month\",\"compare\":\"previous_year\"}}"},
        {"Trips by bike, the first 5, after the first 10, with the total, the unknown too",
         "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"limit\":5,\"offset\":10,\"totals\":[\"all\"],\"unknown\":true}"},
        {"Single rows with bike and distance", "{\"rows\":[\"bike\",\"trip.distance\"]}"},
    };
    check(state, CASES, COUNT_OF(CASES));
}

TEST(expressions) {
    static const Case CASES[] = {
        {"Average distance", "{\"measures\":[{\"expr\":\"avg(trip.distance)\",\"as\":\"d\"}]}"},
        {"Number of different riders", "{\"measures\":[{\"expr\":\"count(distinct rider.id)\",\"as\":\"n\"}]}"},
        {"Last ended on", "{\"measures\":[{\"expr\":\"max(ended_on)\",\"as\":\"n\"}]}"},
        {"Distance divided by trips", "{\"measures\":[{\"expr\":\"distance / trips\",\"as\":\"r\"}]}"},
        {"Share of trips where weather is Dry",
         "{\"measures\":[{\"expr\":\"(trips where weather = 'Dry') / trips\",\"as\":\"r\"}]}"},
        {"Trips growth from December 2020 to January 2021",
         "{\"measures\":[{\"expr\":\"(trips where started_at >= timestamp '2021-01-01' and started_at < timestamp '2021-02-01')"
         " / (trips where started_at >= timestamp '2020-12-01' and started_at < timestamp '2021-01-01') - 1\",\"as\":\"g\"}]}"},
        {"Trips change from 2019 to 2020",
         "{\"measures\":[{\"expr\":\"(trips where ended_on >= date '2020-01-01' and ended_on < date '2021-01-01')"
         " - (trips where ended_on >= date '2019-01-01' and ended_on < date '2020-01-01')\",\"as\":\"g\"}]}"},
        {"Share of trips by bike",
         "{\"measures\":[{\"expr\":\"share(trips)\",\"as\":\"s\"}],\"dimensions\":[\"bike\"]}"},
        {"Growth of trips over the year before by month",
         "{\"measures\":[{\"expr\":\"growth(trips, year)\",\"as\":\"s\"}],\"time\":{\"grain\":\"month\"}}"},
        {"3 month moving average of trips by month",
         "{\"measures\":[{\"expr\":\"rolling(avg, trips, 3 months)\",\"as\":\"s\"}],\"time\":{\"grain\":\"month\"}}"},
        {"Running total of trips by month",
         "{\"measures\":[{\"expr\":\"running(trips)\",\"as\":\"s\"}],\"time\":{\"grain\":\"month\"}}"},
        {"Rank by trips by bike", "{\"measures\":[{\"expr\":\"rank(trips)\",\"as\":\"s\"}],\"dimensions\":[\"bike\"]}"},
        {"Are there any trips in 2025",
         "{\"measures\":[{\"expr\":\"trips > 0\",\"as\":\"so\"}],\"time\":{\"range\":\"2025\"}}"},
        {"Is it true that trips are more than 100", "{\"measures\":[{\"expr\":\"trips > 100\",\"as\":\"so\"}]}"},
        {"Distance in steps of 10", "{\"measures\":[{\"expr\":\"bucket(distance, 10)\",\"as\":\"b\"}]}"},
        {"Round(distance)", "{\"measures\":[{\"expr\":\"round(distance)\",\"as\":\"b\"}]}"},
    };
    check(state, CASES, COUNT_OF(CASES));
}

TEST(queries_within) {
    static const Case CASES[] = {
        {"Number of riders whose distance is more than 10,000",
         "{\"source\":{\"measures\":[\"distance\"],\"dimensions\":[\"rider.id\"],\"having\":[{\"member\":\"distance\",\"op\":\"gt\",\"value\":10000}]},"
         "\"measures\":[{\"expr\":\"count(*)\",\"as\":\"n\"}]}"},
        {"Average trips per month in 2021",
         "{\"source\":{\"measures\":[\"trips\"],\"time\":{\"grain\":\"month\",\"range\":\"2021\"}},"
         "\"measures\":[{\"expr\":\"avg(trips)\",\"as\":\"n\"}]}"},
        {"Share of trips of the top 2 bikes by trips",
         "{\"source\":{\"measures\":[\"trips\",{\"expr\":\"share(trips)\",\"as\":\"part\"}],\"dimensions\":[\"bike\"],"
         "\"order\":[[\"trips\",\"desc\"]],\"limit\":2},\"measures\":[{\"expr\":\"sum(part)\",\"as\":\"n\"}]}"},
        {"List of riders in 2020, but not in 2021",
         "{\"dimensions\":[\"rider.name\"],\"time\":{\"range\":\"2020\"},\"where\":[{\"member\":\"rider.name\",\"op\":\"not_in\","
         "\"query\":{\"dimensions\":[\"rider.name\"],\"source\":\"trip\",\"time\":{\"range\":\"2021\"}}}]}"},
        {"Riders, and also with weather Dry, but never with weather Rain",
         "{\"measures\":[\"riders\"],\"where\":[{\"member\":\"rider.id\",\"op\":\"in\",\"query\":{\"dimensions\":[\"rider.id\"],\"source\":\"trip\","
         "\"where\":[{\"member\":\"weather\",\"op\":\"in\",\"values\":[\"Dry\"]}]}},{\"member\":\"rider.id\",\"op\":\"not_in\",\"query\":{"
         "\"dimensions\":[\"rider.id\"],\"source\":\"trip\",\"where\":[{\"member\":\"weather\",\"op\":\"in\",\"values\":[\"Rain\"]}]}}]}"},
        {"Trips by bike, only among the top 2 bikes by distance",
         "{\"measures\":[\"trips\"],\"dimensions\":[\"bike\"],\"where\":[{\"member\":\"bike\",\"op\":\"in\",\"query\":{\"measures\":[\"distance\"],"
         "\"dimensions\":[\"bike\"],\"order\":[[\"distance\",\"desc\"]],\"limit\":2}}]}"},
        {"Number of stations", "{\"source\":\"station\",\"measures\":[{\"expr\":\"count(*)\",\"as\":\"n\"}]}"},
    };
    check(state, CASES, COUNT_OF(CASES));
}

/* No identifier shows: names are written with spaces. */
TEST(no_identifiers) {
    const char *words = said(*state, "{\"measures\":[\"paid_distance\"],\"dimensions\":[\"rider.joined\",\"is_paid\"],"
                                     "\"having\":[{\"member\":\"paid_distance\",\"op\":\"gt\",\"value\":1}]}");
    assert_null(strchr(words, '_'));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_groups_and_times),
        cmocka_unit_test(conditions),
        cmocka_unit_test(order_and_limits),
        cmocka_unit_test(expressions),
        cmocka_unit_test(queries_within),
        cmocka_unit_test(no_identifiers),
    };
    return cmocka_run_group_tests(tests, said_open, said_close);
}
