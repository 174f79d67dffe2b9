#pragma once
/* server/: HTTP as a transport: the page, and the table of operations as a REST API, while this process holds the home. main wires it
 * in; `starling serve` runs it. */
#include "app/app.h"

extern const AppFront SERVER_FRONT;
