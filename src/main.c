/* The only code that knows everybody, and the only one that may end the process. */
#include "cli/cli.h"
#include "server/server.h"

int main(int argc, char **argv) {
    return cli_main(argc, argv, &SERVER_FRONT);
}
