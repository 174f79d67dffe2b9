#!/usr/bin/env bash
# Plants one violation of each check of tools/lint.py in a tiny tree and asserts that the check finds it, in the right
# place, and that the tree without violations passes. A check that is not planted here fails the test.
set -euo pipefail
source_tree=${STARLING_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
lint=$source_tree/tools/lint.py
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0
planted=""

# A tree that every check passes, with what each check could mistake for a violation.
fresh_tree() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree/tools" "$scratch/tree/tests/cli" "$scratch/tree/src/"{base,sql,engine,cli}
    cd "$scratch/tree"
    cp "$source_tree/tools/layers.txt" "$source_tree/tools/domain_words.txt" tools/
    for folder in base sql engine cli; do
        echo "# $folder" >src/$folder/README.md
        printf '#pragma once\n#include <stddef.h>\n' >src/$folder/$folder.h
    done
    printf '#pragma once\n/* Private. */\n' >src/sql/sql_internal.h
    printf '#pragma once\nstruct SqlRelation;\n' >src/sql/sql_relation.h
    cat >src/engine/engine.c <<'C'
/* Not state, not calls: static int comment; exit(1); sprintf */
#include "base/base.h"
#include "engine/engine.h"
#include "sql/sql_relation.h"
#include <duckdb.h>
#include <stdatomic.h>
#include <sys/stat.h>

typedef int (*Visit)(void *);
struct Node {
    struct Node *next;
    int (*visit)(void *);
};
enum Kind { KIND_A, KIND_B };
static _Atomic int counter;
static const char *const names[] = {"static int x;", "exit(1)"};
static const struct Node nodes[2] = {{.next = NULL}, {.next = NULL}};
int (*const hook)(void *) = NULL;
extern const int limit;
static int visit(const int values[static 2], Visit visitor);

static int visit(const int values[static 2], Visit visitor) {
    static const int table[] = {1, 2};
    static atomic_int calls;
    int dot_product = values[0] * table[1];
    return visitor(&calls) + dot_product;
}
C
    printf '#include "cli/cli.h"\n#include <stdlib.h>\nint main(void) {\n    exit(0);\n}\n' >src/main.c
    printf 'int cli_state(void) {\n    return 0;\n}\n' >src/cli/cli.c
    printf '#if defined(__linux__)\n#endif\n' >src/base/base_os.c
    printf '#!/bin/sh\n' >tests/cli/runs.sh
    chmod +x tests/cli/runs.sh
    printf 'x=1\n' >tests/cli/sourced.sh
}

# expect CHECK PLACE: lint reports CHECK at PLACE (file:line), and nothing of any other check; then the tree is fresh again
expect() {
    local output others
    planted="$planted $1"
    output=$(python3 "$lint" "$scratch/tree" 2>&1) && [ "$1" != function-size ] && fail "$1 at $2: lint passed"
    grep -qF "[$1]" <<<"$(grep "^$2: " <<<"$output")" || fail "$1 at $2: not reported; lint said: $output"
    others=$(grep -F '[' <<<"$output" | grep -vF "[$1]" || true)
    [ -z "$others" ] || fail "$1 at $2: also reported $others"
    fresh_tree
}

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

fresh_tree
python3 "$lint" "$scratch/tree" || fail "the clean tree does not pass"

echo '#include "cli/cli.h"' >src/engine/engine_x.c;                   expect layers src/engine/engine_x.c:1
echo '#include "engine/engine.h"' >src/sql/sql_x.c;                   expect layers src/sql/sql_x.c:1
mkdir src/extra && touch src/extra/README.md src/extra/extra.c;       expect layers src/extra/extra.c:1
touch src/engine/other.c;                                             expect prefix src/engine/other.c:1
touch src/enginex.c;                                                  expect prefix src/enginex.c:1
echo '#include "sql/sql_internal.h"' >src/engine/engine_x.c;          expect internal src/engine/engine_x.c:1
printf '\n#include <duckdb.h>\n' >src/cli/cli_x.c;                    expect foreign src/cli/cli_x.c:2
echo '#include <sqlite3.h>' >src/main.c;                              expect foreign src/main.c:1
echo '#include <no_such_library.h>' >src/engine/engine_x.c;           expect foreign src/engine/engine_x.c:1
echo '#include "sql/sql_relation.h"' >src/cli/cli_x.c;                expect restricted src/cli/cli_x.c:1
printf 'void cli_x(void) {\n    exit(1);\n}\n' >src/cli/cli_x.c;      expect exit src/cli/cli_x.c:2
printf 'void cli_x(void) {\n    abort();\n}\n' >src/cli/cli_x.c;      expect exit src/cli/cli_x.c:2
printf '\nstatic int count = 1;\n' >src/cli/cli_x.c;                  expect state src/cli/cli_x.c:2
echo 'static const char *name;' >src/cli/cli_x.c;                     expect state src/cli/cli_x.c:1
echo 'int (*hook)(void);' >src/cli/cli_x.c;                           expect state src/cli/cli_x.c:1
echo 'struct { int n; } pair[2];' >src/cli/cli_x.c;                   expect state src/cli/cli_x.c:1
printf 'int f(void) {\n    static int n;\n    return n;\n}\n' >src/cli/cli_x.c; expect state src/cli/cli_x.c:2
echo 'int f(int customer_id);' >src/cli/cli_x.c;                      expect domain src/cli/cli_x.c:1
echo '/* Countries */' >src/cli/cli_x.c;                              expect domain src/cli/cli_x.c:1
echo 'typedef struct SalesRow SalesRow;' >src/cli/cli_x.c;            expect domain src/cli/cli_x.c:1
echo 'int f(int ProductId);' >src/cli/cli_x.c;                        expect domain src/cli/cli_x.c:1
printf '#ifdef X\n#endif\n' >src/cli/cli_x.c;                         expect if src/cli/cli_x.c:1
echo 'struct X;' >src/cli/cli_x.h;                                    expect pragma-once src/cli/cli_x.h:1
printf 'void f(char *p) {\n    sprintf(p, "x");\n}\n' >src/cli/cli_x.c; expect banned src/cli/cli_x.c:2
printf 'see /%s/me/notes\n' home >notes.md;                           expect tree-text notes.md:1
rm src/cli/README.md;                                                 expect readme src/cli/README.md:1
printf '\n%.0s' {1..1201} >src/cli/cli_x.c;                             expect size src/cli/cli_x.c:1201
{ echo 'void f(void) {'; printf '    f();\n%.0s' {1..100}; echo '}'; } >src/cli/cli_x.c; expect function-size src/cli/cli_x.c:1
printf '#!/bin/sh\n' >tests/cli/never.sh;                             expect script-mode tests/cli/never.sh:1

for check in $(python3 "$lint" --list | awk '{ print $1 }'); do
    grep -qw -- "$check" <<<"$planted" || fail "check $check is not planted here"
done
[ $failures = 0 ] || exit 1
echo "every check found what was planted"
