#pragma once
/* cli/: the command line as a transport: arguments to an operation, its document to standard output, progress and errors to
 * standard error, the error's exit code to the shell. Help is printed from the table of operations. */
#include "app/app.h"

/* Runs one command line and returns the exit code: 0, or that of the error's row (err_info). */
int cli_main(int argc, char **argv, const AppFront *front); /* front: what `serve` runs; may be NULL */
