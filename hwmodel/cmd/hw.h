/* The parts of the command "hw". */
#ifndef CMD_HW_H
#define CMD_HW_H

#include "hwmodel.h"

int hw_show_command(int argc, char **argv);
int hw_check_command(int argc, char **argv);
int hw_probe_command(int argc, char **argv);

/* Prints hw_error() and returns the exit code of a hw_ code. */
int hw_report_error(const char *command, int code);
/* A file, or "auto": this machine's processor as the system tells it. */
int hw_open(hw_model **out, const char *file);

#endif
