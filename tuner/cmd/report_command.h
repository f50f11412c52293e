/* The command that writes reports, for the room's table. */
#ifndef REPORT_COMMAND_H
#define REPORT_COMMAND_H

int run_report(int argc, char **argv);

#endif
