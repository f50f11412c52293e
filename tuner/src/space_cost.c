/* Costs.  An expression is evaluated once for all configurations that are alike
 * in the parameters it looks at: those are few where a space is large. */
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

int cost_of_values(const struct space *s, const int64_t *values, double *out) {
  *out = 0;
  for (size_t k = 0; k < ci_model_objectives(s->model.model); k++) {
    int64_t term;
    int code = space_model_code(ci_eval_objective(s->model.model, k, values, &term));
    if (code) return no_cost(s, values, k, code);
    *out += (double)term;
  }
  return TUNER_OK;
}

/* ---- Which parameters a cost looks at ---- */

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

static int find_reach(struct reach *r, const struct space *s) {
  *r = (struct reach){.spec = s->spec, .defines = calloc(s->spec->defines.n + 1, 1)};
  if (!r->defines) return tuner_nomem();
  for (size_t i = 0; i < s->spec->cost.n; i++) follow(r, s->spec->cost.at[i].text);
  free(r->defines);
  r->defines = NULL;
  return TUNER_OK;
}

/* ---- All of a space ---- */

static uint64_t hash_of(const struct reach *r, const int64_t *values, size_t n) {
  uint64_t h = UINT64_C(0x9e3779b97f4a7c15);
  for (size_t i = 0; i < n; i++) {
    if (!r->parameters[i]) continue;
    h = (h ^ (uint64_t)values[i]) * UINT64_C(0xbf58476d1ce4e5b9);
    h ^= h >> 29;
  }
  return h >> 1;
}

static int alike(const struct reach *r, const int64_t *a, const int64_t *b, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (r->parameters[i] && a[i] != b[i]) return 0;
  return 1;
}

/* `seen`: from the hash of what the cost looks at to 1 + the first configuration with it. */
static int cost_of_index(struct space *s, const struct reach *r, struct map *seen, size_t index) {
  int64_t values[PROTOCOL_VALUES], before[PROTOCOL_VALUES];
  space_values(s, index, values);
  union map_value *first = map_put(seen, hash_of(r, values, s->width));
  if (!first) return tuner_nomem();
  if (first->number) {
    space_values(s, first->number - 1, before);
    if (alike(r, values, before, s->width)) {
      s->costs[index] = s->costs[first->number - 1];
      return TUNER_OK;
    }
  }
  first->number = index + 1;
  return cost_of_values(s, values, &s->costs[index]);
}

static int compare_costs(const void *a, const void *b, void *costs) {
  size_t i = *(const size_t *)a, k = *(const size_t *)b;
  double x = ((double *)costs)[i], y = ((double *)costs)[k];
  if (x != y) return x < y ? -1 : 1;
  return (i > k) - (i < k);
}

static int fill_costs(struct space *s, const struct reach *r, const struct space_limits *limits) {
  struct map seen = {0};
  int code = TUNER_OK;
  for (size_t i = 0; !code && i < s->n; i++) {
    s->ranked[i] = i;
    code = cost_of_index(s, r, &seen, i);
    if (!code && i % 4096 == 0 && limits->cancel && limits->cancel(limits->cancel_data))
      code = tuner_fail(TUNER_ECANCEL, "interrupted");
  }
  map_free(&seen);
  return code;
}

int cost_rank_all(struct space *s, const struct space_limits *limits) {
  struct reach r;
  int code = find_reach(&r, s);
  if (code) return code;
  s->costs = malloc((s->n + 1) * sizeof *s->costs);
  s->ranked = malloc((s->n + 1) * sizeof *s->ranked);
  if (!s->costs || !s->ranked) return tuner_nomem();
  code = fill_costs(s, &r, limits);
  if (!code) qsort_r(s->ranked, s->n, sizeof *s->ranked, compare_costs, s->costs);
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
