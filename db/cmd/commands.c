/* The commands of this room. */
#include <stddef.h>
#include "command.h"

const struct command db_commands[] = {{NULL, NULL, NULL}};
