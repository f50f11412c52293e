#ifndef DB_COMMANDS_H
#define DB_COMMANDS_H

#include "command.h"

int query_run(int argc, char **argv);
int db_run(int argc, char **argv);

#endif
