#pragma once
/* What every unit test includes first: cmocka and the headers it wants before it. See cmocka.h for the assert_... family. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* TEST(name) { ... } defines a test that main() lists as cmocka_unit_test(name). */
#define TEST(name) static void name(__attribute__((unused)) void **state)
