/* The commands of this room. */
#include <stddef.h>
#include "command.h"

const struct command tune_commands[] = {{NULL, NULL, NULL}};
