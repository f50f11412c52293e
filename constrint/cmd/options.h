/* The options that the solver's commands share, in one table. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "constrint.h"
#include "constrint_space.h"

enum format { FORMAT_CSV, FORMAT_JSONL, FORMAT_NPY };

struct options {
  const char *command;
  const char *file;
  const char *dialect, *order, *hardware, *data; /* NULL: not given */
  ci_limits limits;
  bool form_limited; /* the compact form has a limit of its own */
  uint64_t seed;
  ci_learning learn;
  bool no_lp;
  bool free_search;
  bool json;
  bool limited;   /* --limit */
  uint64_t limit;
  enum format format;
  const char *output;     /* NULL: standard output */
  const char *such_that;  /* NULL: nothing further */
  const char *save;       /* NULL: not saved */
  const char *proof;      /* NULL: none is written */
  uint64_t from;
  uint64_t number;        /* of samples */
  ci_sampling method;
  ci_neighbourhood kind;
  unsigned changes;       /* --changes */
  bool relax;             /* --relax */
  bool pareto, progress;  /* of optimize */
  unsigned threads;       /* 0: one search */
  bool deletion;          /* --method deletion, of explanations */
  const char **keep;      /* --keep, nkeep of them */
  size_t nkeep;
  ci_let *lets;   /* names are owned */
  size_t nlets;
  char **rest;    /* the operands behind FILE */
  int nrest;
};

/* What a command takes beside the common options. */
enum {
  TAKES_LIMIT = 1, TAKES_FORMAT = 2, TAKES_REST = 4, NO_JSON = 8,
  NO_SEARCH = 16,   /* looks at the model only */
  TAKES_FORM = 32,  /* asks the compact form, which may come from a file */
  TAKES_FROM = 64, TAKES_SAMPLING = 128, TAKES_NEARNESS = 256, TAKES_SAVE = 512,
  NO_SEED = 1024,
  ORDERS_INDEX = 2048, /* --order is the order of indices */
  TAKES_LEARNING = 4096,
  TAKES_EXPLAINING = 8192,
  TAKES_OBJECTIVES = 16384,
  NO_LIMITS = 32768
};

struct usage {
  const char *name, *operands, *text;
  unsigned takes;
};

/* CONTINUE, or an exit code: the command is over (help, or wrong use). */
enum { CONTINUE = -1 };
int options_parse(struct options *o, const struct usage *u, int argc, char **argv);
void options_free(struct options *o);
/* One more figure; the name is copied. */
bool options_let(struct options *o, const char *name, size_t len, int64_t value);
/* The exit code that goes with an error of the library, after printing it. */
int report_error(const struct options *o, int code);
/* A command line that cannot be: prints the line. */
int wrong_use(const struct options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* An integer with an optional KiB, MiB or GiB. */
bool parse_integer(const char *text, int64_t *value);
/* Digits, at least one. */
bool is_index(const char *text);

#endif
