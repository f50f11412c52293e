/* Solutions as text and JSON. */
#ifndef CMD_PRINT_H
#define CMD_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "load.h"

/* "name = value" a line, labels in place of their numbers. */
void print_values(const struct session *s);
/* {"name": value or "label", ...}; NULL: out of memory. */
json_t *values_json(const struct session *s);
/* {"version": 1, "answer": answer}, to which a command adds. */
json_t *answer_json(const char *answer);
/* Prints and frees it: an exit code. */
int print_json(const struct session *s, json_t *answer, int code);

#endif
