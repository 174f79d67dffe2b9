/* The only code that knows everybody, and the only one that may end the process. */
#include "cli/cli.h"

int main(int argc, char **argv) {
    return cli_main(argc, argv);
}
