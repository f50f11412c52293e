/* The readers: one file and one line in read.c's table each. */
#ifndef CI_READER_H
#define CI_READER_H

#include "parser.h"

struct reader {
  const char *dialect;
  /* Reads a whole text into the scope's builder. */
  int (*read)(const source *s, const scope *names);
};

int read_native(const source *s, const scope *names);
int read_flashrnn(const source *s, const scope *names);
int read_flatzinc(const source *s, const scope *names);
int read_t1(const source *s, const scope *names);
int read_kernel_tuner(const source *s, const scope *names);
int read_t4(const source *s, const scope *names);
/* Any of these three, by the keys of its outermost object. */
int read_json_any(const source *s, const scope *names);
/* The same with the JSON at hand. */
struct js_doc;
int read_t1_json(struct js_doc *json, const scope *names);
int read_kernel_tuner_json(struct js_doc *json, const scope *names);
int read_t4_json(struct js_doc *json, const scope *names);
ci_expr read_native_expression(const source *s, const scope *names);

/* Requires e, under its name or else its own text between the two places. */
int constrain_at(const parser *p, ci_expr e, const char *name, position from, position to);

#endif
