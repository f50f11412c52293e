/* Liveness: a propagator that only defines a term which no other living one
 * reads has nothing left to say, once every value that it can give the term is
 * in the term's domain.  Each choice of its inputs then has exactly one value
 * of the term: for counting, for the parts of a problem and for the search it
 * is dead, and so may be the definitions of its inputs in turn. */
#include "solver.h"

static bool is_named_once(const struct posted *posted, term z) {
  size_t times = 0;
  for (uint32_t i = 0; i < posted->n; i++) times += posted->scope[i] == z;
  return times == 1;
}

static int add_definitions(ci_solver *s, propagator *p, const bool *is_var) {
  const struct posted *posted = &s->store->posted[p->id];
  wide lo, hi;
  if (p->dead || !p->class->image) return CI_OK;
  for (uint32_t i = 0; i < posted->n; i++) {
    term z = posted->scope[i];
    if (is_var[z] || term_fixed(s->store, z) || !is_named_once(posted, z)) continue;
    if (!p->class->image(s->store, p, z, &lo, &hi)) continue;
    if (!budget_grow(&s->budget, &s->definitions, &s->definition_capacity, s->ndefinitions + 1, sizeof *s->definitions))
      return CI_ENOMEM;
    s->definitions[s->ndefinitions++] = (struct definition){p, z};
  }
  return CI_OK;
}

static bool read_by_others(const store *s, term z, const propagator *p) {
  for (int kind = 0; kind < WATCH_KINDS; kind++) {
    const struct watchers *w = &s->watchers[z][kind];
    for (uint32_t k = 0; k < w->n; k++)
      if (w->list[k] != p && !w->list[k]->dead) return true;
  }
  return false;
}

/* Is every number from lo to hi in z's domain? */
static bool holds_all(const store *s, term z, wide lo, wide hi) {
  const struct domain *d = &s->domains[z];
  if (lo > hi || lo < d->lo || hi > d->hi) return false;
  if (s->explicit[z]) return d->count - 1 == (uint64_t)(d->hi - d->lo);
  return d->step == 1;
}

static bool is_unread(const store *s, const struct definition *d) {
  wide lo, hi;
  return !d->p->dead && !term_fixed(s, d->z) && !read_by_others(s, d->z, d->p) &&
         d->p->class->image(s, d->p, d->z, &lo, &hi) && holds_all(s, d->z, lo, hi);
}

/* Readers are posted after what they read: one pass from the last to the first. */
int drop_unread(ci_solver *s) {
  for (size_t i = s->ndefinitions; i > 0; i--) {
    const struct definition *d = &s->definitions[i - 1];
    if (is_unread(s->store, d) && !trail_dead(s->store, d->p)) return CI_ENOMEM;
  }
  return CI_OK;
}

int find_definitions(ci_solver *s) {
  size_t terms = store_terms(s->store);
  bool *is_var = budget_alloc(&s->budget, terms);
  if (!is_var) return CI_ENOMEM;
  for (size_t i = 0; i < s->model->graph.nvars; i++) is_var[s->program.vars[i]] = true;
  int error = CI_OK;
  for (size_t i = 0; i < s->store->propagators && error == CI_OK; i++)
    error = add_definitions(s, s->store->posted[i].p, is_var);
  budget_free(&s->budget, is_var, terms);
  return error;
}
