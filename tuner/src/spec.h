/* A kernel's spec: what its problems are, which parameters it has, which
 * configurations are legal and what each should cost (docs/spec.md).
 *
 * Reading checks everything that can be known without a problem and a device;
 * the .cint texts are parsed when a space is composed (space.h), with their
 * place in this file.
 */
#ifndef TUNER_SPEC_H
#define TUNER_SPEC_H

#include <stddef.h>
#include <stdint.h>

/* Where something stands in its file; both from 1. */
struct spec_place { int line, column; };

/* A key of the problem. */
struct spec_key {
  char *name;
  char **labels; /* nlabels texts and a NULL; NULL for integers */
  size_t nlabels;
  int64_t lo, hi, step; /* lo, lo + step, ... <= hi; 0..nlabels-1 with labels */
  int scaling;          /* a winner carries over this key */
  struct spec_place place;
};

/* A name and its .cint text: a define, a parameter's domain, a constraint, a cost term. */
struct spec_text {
  char *name;
  char *text;           /* NULL for a parameter with labels */
  char **labels;        /* a parameter's, NULL-terminated; NULL for others */
  size_t nlabels;
  struct spec_place place; /* of text[0] */
};

struct spec_texts { struct spec_text *at; size_t n; };

struct spec {
  char *path;                              /* or the name given to spec_parse */
  char *kernel, *version, *plugin, *device; /* "flashrnn", "1", "flashrnn-cpu", "cpu" */
  char hash[65];                           /* hex SHA-256 of the file's bytes */
  struct spec_key *problem;
  size_t nproblem;
  struct spec_texts defines, parameters, constraints, cost;
};

int spec_load(struct spec **out, const char *path);
/* name: shown in messages. */
int spec_parse(struct spec **out, const char *text, size_t len, const char *name);
void spec_free(struct spec *s); /* NULL is fine */
/* Index of a problem key, or -1. */
int spec_find_key(const struct spec *s, const char *name);

#endif
