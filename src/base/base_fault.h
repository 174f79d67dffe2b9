#pragma once
/*
 * Named places where a test may end the process, as a power cut would: STARLING_FAULT=NAME kills it (SIGKILL) the first time it
 * passes FAULT_POINT("NAME"), STARLING_FAULT=NAME:3 the third time. Only in builds for tests (STARLING_FAULTS); elsewhere nothing
 * is compiled. With STARLING_FAULT_LOG=FILE every name passed is appended to the file, so that tests find the places by themselves.
 */
#ifdef STARLING_FAULTS
void fault_point(const char *name);
#define FAULT_POINT(name) fault_point(name)
#else
#define FAULT_POINT(name) ((void)0)
#endif
