/* Costs.  A term is evaluated once for all configurations that are alike in the
 * parameters it looks at: those are few where a space is large. */
#include "space_cost.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "map.h"
#include "random.h"

static int no_cost(const struct space *s, const int64_t *values, size_t objective, int code) {
  const struct spec_text *t = &s->spec->cost.at[s->model.terms[objective]];
  char *config = space_config_text(s, values), why[2000];
  snprintf(why, sizeof why, "%s", tuner_error());
  tuner_fail(code, "%s:%d:%d: cost term '%s' has no value for %s: %s", s->spec->path, t->place.line, t->place.column,
             t->name, config ? config : "a configuration", why);
  free(config);
  return code;
}

static int cost_of_term(const struct space *s, size_t objective, const int64_t *values, double *out) {
  int64_t term;
  int code = space_model_code(ci_eval_objective(s->model.model, objective, values, &term));
  if (code) return no_cost(s, values, objective, code);
  *out = (double)term;
  return TUNER_OK;
}

int cost_of_values(const struct space *s, const int64_t *values, double *out) {
  *out = 0;
  for (size_t k = 0; k < ci_model_objectives(s->model.model); k++) {
    double term = 0;
    int code = cost_of_term(s, k, values, &term);
    if (code) return code;
    *out += term;
  }
  return TUNER_OK;
}

/* ---- Which parameters a term looks at ---- */

struct reach {
  const struct spec *spec;
  char parameters[PROTOCOL_VALUES]; /* 1: looked at */
  char *defines;                    /* 1: followed */
};

static int is_word(int c) { return isalnum(c) || c == '_' || c == '.'; }

static void follow(struct reach *r, const char *text);

static void meet(struct reach *r, const char *word, size_t n) {
  const struct spec_texts *p = &r->spec->parameters, *d = &r->spec->defines;
  for (size_t i = 0; i < p->n; i++)
    if (strlen(p->at[i].name) == n && !memcmp(p->at[i].name, word, n)) r->parameters[i] = 1;
  for (size_t i = 0; i < d->n; i++) {
    if (r->defines[i] || strlen(d->at[i].name) != n || memcmp(d->at[i].name, word, n)) continue;
    r->defines[i] = 1;
    follow(r, d->at[i].text);
  }
}

/* Every word that is the name of a parameter counts, whatever it stands for there: too many only cost time. */
static void follow(struct reach *r, const char *text) {
  while (*text) {
    size_t n = 0;
    while (is_word((unsigned char)text[n])) n++;
    if (n) meet(r, text, n);
    text += n ? n : 1;
  }
}

/* ---- All of a space ---- */

/* What is known of a term: by the values of the parameters that it looks at. */
struct term {
  size_t objective, n, looked[PROTOCOL_VALUES];
  struct map seen;      /* from their hash to 1 + a place in `rows` */
  int64_t *rows;        /* n values each ... */
  double *costs;        /* ... and what they cost */
  size_t known, room;
  double last;          /* of the configuration before: neighbours are mostly alike */
};

static int open_term(struct term *t, const struct space *s, size_t objective) {
  struct reach r = {.spec = s->spec, .defines = calloc(s->spec->defines.n + 1, 1)};
  if (!r.defines) return tuner_nomem();
  follow(&r, s->spec->cost.at[s->model.terms[objective]].text);
  free(r.defines);
  *t = (struct term){.objective = objective};
  for (size_t i = 0; i < s->width; i++)
    if (r.parameters[i]) t->looked[t->n++] = i;
  return TUNER_OK;
}

static void close_term(struct term *t) {
  map_free(&t->seen);
  free(t->rows);
  free(t->costs);
}

static uint64_t hash_of(const struct term *t, const int64_t *values) {
  uint64_t h = UINT64_C(0x9e3779b97f4a7c15);
  for (size_t i = 0; i < t->n; i++) {
    h = (h ^ (uint64_t)values[t->looked[i]]) * UINT64_C(0xbf58476d1ce4e5b9);
    h ^= h >> 29;
  }
  return h >> 1;
}

static int alike(const struct term *t, const int64_t *values, const int64_t *before) {
  for (size_t i = 0; i < t->n; i++)
    if (values[t->looked[i]] != before[t->looked[i]]) return 0;
  return 1;
}

static int is_row(const struct term *t, size_t place, const int64_t *values) {
  for (size_t i = 0; i < t->n; i++)
    if (t->rows[place * t->n + i] != values[t->looked[i]]) return 0;
  return 1;
}

static int remember(struct term *t, const int64_t *values, union map_value *first) {
  if (t->known == t->room) {
    size_t room = t->room ? 2 * t->room : 64;
    int64_t *rows = realloc(t->rows, (room * t->n + 1) * sizeof *rows);
    if (rows) t->rows = rows;
    double *costs = realloc(t->costs, room * sizeof *costs);
    if (costs) t->costs = costs;
    if (!rows || !costs) return tuner_nomem();
    t->room = room;
  }
  for (size_t i = 0; i < t->n; i++) t->rows[t->known * t->n + i] = values[t->looked[i]];
  t->costs[t->known++] = t->last;
  first->number = t->known;
  return TUNER_OK;
}

/* t->last becomes the term's cost.  Two rows of one hash: the second is evaluated each time. */
static int find_term(struct term *t, const struct space *s, const int64_t *values) {
  union map_value *first = map_put(&t->seen, hash_of(t, values));
  if (!first) return tuner_nomem();
  if (first->number && is_row(t, first->number - 1, values)) {
    t->last = t->costs[first->number - 1];
    return TUNER_OK;
  }
  int code = cost_of_term(s, t->objective, values, &t->last);
  return code || first->number ? code : remember(t, values, first);
}

/* `before`: the values of index - 1. */
static int cost_of_index(struct space *s, struct term *terms, size_t n, size_t index, const int64_t *values, const int64_t *before) {
  s->costs[index] = 0;
  for (size_t k = 0; k < n; k++) {
    int code = index && alike(&terms[k], values, before) ? TUNER_OK : find_term(&terms[k], s, values);
    if (code) return code;
    s->costs[index] += terms[k].last;
  }
  return TUNER_OK;
}

static int compare_costs(const void *a, const void *b, void *costs) {
  size_t i = *(const size_t *)a, k = *(const size_t *)b;
  double x = ((double *)costs)[i], y = ((double *)costs)[k];
  if (x != y) return x < y ? -1 : 1;
  return (i > k) - (i < k);
}

/* ---- The cheapest of each kind ---- */

static int has_labels(const struct space *s, size_t i) { return s->spec->parameters.at[i].labels != NULL; }

static uint64_t kind_of(const struct space *s, const int64_t *values) {
  uint64_t kind = 0;
  for (size_t i = 0; i < s->width; i++)
    if (has_labels(s, i)) kind = kind * s->spec->parameters.at[i].nlabels + (uint64_t)values[i];
  return kind;
}

static int keep_cheapest(struct space *s, struct map *places, size_t index, const int64_t *values) {
  union map_value *place = map_put(places, kind_of(s, values));
  if (!place) return tuner_nomem();
  if (place->number) {
    size_t *least = &s->kinds[place->number - 1];
    if (s->costs[index] < s->costs[*least]) *least = index;
    return TUNER_OK;
  }
  size_t *grown = realloc(s->kinds, (s->nkinds + 1) * sizeof *grown);
  if (!grown) return tuner_nomem();
  s->kinds = grown;
  s->kinds[s->nkinds++] = index;
  place->number = s->nkinds;
  return TUNER_OK;
}

const size_t *space_cheapest_kinds(const struct space *s, size_t *n) {
  *n = s->nkinds;
  return s->kinds;
}

static int fill_costs(struct space *s, struct term *terms, size_t n, const struct space_limits *limits) {
  int64_t values[2][PROTOCOL_VALUES];
  struct map places = {0};
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < s->n; i++) {
    s->ranked[i] = i;
    space_values(s, i, values[i & 1]);
    code = cost_of_index(s, terms, n, i, values[i & 1], values[~i & 1]);
    if (!code) code = keep_cheapest(s, &places, i, values[i & 1]);
    if (!code && i % 4096 == 0 && limits->cancel && limits->cancel(limits->cancel_data))
      code = tuner_fail(TUNER_ECANCEL, "interrupted");
  }
  map_free(&places);
  return code;
}

static int rank(struct space *s, struct term *terms, size_t n, const struct space_limits *limits) {
  int code = TUNER_OK;
  for (size_t k = 0; !code && k < n; k++) code = open_term(&terms[k], s, k);
  if (!code) code = fill_costs(s, terms, n, limits);
  for (size_t k = 0; k < n; k++) close_term(&terms[k]);
  if (!code) qsort_r(s->ranked, s->n, sizeof *s->ranked, compare_costs, s->costs);
  if (!code && s->nkinds) qsort_r(s->kinds, s->nkinds, sizeof *s->kinds, compare_costs, s->costs);
  return code;
}

int cost_rank_all(struct space *s, const struct space_limits *limits) {
  const size_t n = ci_model_objectives(s->model.model);
  struct term *terms = calloc(n + 1, sizeof *terms);
  s->costs = malloc((s->n + 1) * sizeof *s->costs);
  s->ranked = malloc((s->n + 1) * sizeof *s->ranked);
  int code = terms && s->costs && s->ranked ? rank(s, terms, n, limits) : tuner_nomem();
  free(terms);
  return code;
}

/* The first place behind `from` in the ranking with another cost. */
static size_t end_of_cost(const struct space *s, size_t from) {
  size_t low = from, high = s->n; /* low has the cost, high has not */
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (s->costs[s->ranked[middle]] == s->costs[s->ranked[from]]) low = middle;
    else high = middle;
  }
  return high;
}

size_t space_cheapest(const struct space *s, uint64_t salt, size_t *out, size_t room) {
  struct random r;
  size_t n = 0;
  random_seed(&r, salt);
  for (size_t i = 0, end; s->ranked && i < s->n && n < room; i = end) {
    end = end_of_cost(s, i);
    out[n++] = s->ranked[i + random_below(&r, end - i)];
  }
  return n;
}
