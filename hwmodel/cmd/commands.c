/* The commands of this room. */
#include <stddef.h>
#include "command.h"

const struct command hw_commands[] = {{NULL, NULL, NULL}};
