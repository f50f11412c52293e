/* Data of a native text's parameters: one JSON object, NAME: number or nested lists. */
#ifndef CI_DATA_H
#define CI_DATA_H

#include "arrays.h"
#include "json.h"
#include "parser.h"

struct data {
  source source;
  js_doc json;
};

/* data_close() is due afterwards, whatever came of it. */
int data_open(struct data *d, const char *text, size_t len, const char *name);
void data_close(struct data *d);
/* Does it name this parameter?  d may be NULL. */
bool data_has(const struct data *d, const token *name);
/* Its numbers in order; the lists must have the shape. */
int data_values(struct data *d, const token *name, const box *s, ints *out);
/* The i-th number is not in the range that is declared there. */
int data_refuse(struct data *d, const token *name, const box *s, size_t i, const source *model, position declared);
/* Calls known() for each name until one is not: an error at its place. */
int data_check(struct data *d, const char *(*unknown)(void *context, const char *name, size_t len), void *context);

#endif
