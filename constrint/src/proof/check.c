/* ci_verify: a proof's lines, one by one.
 *
 * What is known at any time: the root's domains, and the nogoods by number.
 * A fact of the root, or an inference, must follow from the cells of the one
 * constraint that is named (else from all of them); a nogood from the inferences
 * before it and the nogoods that it names, by unit propagation alone. */
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../error.h"
#include "../evaluate.h"

enum { CASES = 20000, CASES_OF_ALL = 2000 };

static bool reject(struct checker *c, const char *format, ...) {
  va_list args;
  if (c->refused) return false;
  c->refused = true;
  va_start(args, format);
  vsnprintf(c->message, sizeof c->message, format, args);
  va_end(args);
  return false;
}

/* ---- words ---- */

static const char *next_word(struct checker *c) {
  while (*c->at == ' ') c->at++;
  if (!*c->at) return NULL;
  const char *word = c->at;
  while (*c->at && *c->at != ' ') c->at++;
  if (*c->at) *c->at++ = 0;
  return word;
}

static bool read_wide(const char **text, wide *v) {
  bool minus = **text == '-';
  const char *at = *text + minus;
  unsigned __int128 n = 0, most = (unsigned __int128)WIDE_MAX;
  if (*at < '0' || *at > '9') return false;
  for (; *at >= '0' && *at <= '9'; at++) {
    unsigned digit = (unsigned)(*at - '0');
    if (n > (most - digit) / 10) return false;
    n = n * 10 + digit;
  }
  *v = minus ? -(wide)n : (wide)n;
  *text = at;
  return true;
}

static bool read_number(struct checker *c, size_t *n, size_t below) {
  const char *word = next_word(c);
  wide v;
  if (!word || !read_wide(&word, &v) || *word || v < 0 || (unsigned __int128)v >= below) return reject(c, "a number below %zu is wanted", below);
  *n = (size_t)v;
  return true;
}

static cell term_of(const struct checker *c, wide number) {
  size_t place;
  return number >= 0 && number <= INT32_MAX && numbers_find(&c->term_numbers, (size_t)number, &place) ? c->terms[place] : -1;
}

/* n12, r12, t12 or #12; the text goes on behind it. */
static bool read_cell(struct checker *c, const char **text, cell *x) {
  char letter = **text;
  wide v;
  struct network *w = &c->w;
  if (letter) ++*text;
  if (!letter || !strchr("nrt#", letter) || !read_wide(text, &v)) return reject(c, "a term is wanted: n, r, t or # and a number");
  *x = -1;
  if (letter == '#') *x = network_constant(w, v);
  else if (letter == 't') *x = term_of(c, v);
  else if (v >= 0 && v < (wide)w->g->nnodes) *x = letter == 'n' ? w->number[v] : w->relation[v];
  return *x >= 0 || reject(c, "there is no term %c%lld", letter, (long long)v);
}

static bool read_literal(struct checker *c, const char *word, struct literal *l) {
  static const struct { const char *text; enum literal_kind kind; } relations[] = {
    {">=", LITERAL_GE}, {"<=", LITERAL_LE}, {"!=", LITERAL_NOT}, {"=", LITERAL_IS},
  };
  if (!read_cell(c, &word, &l->x)) return false;
  for (int i = 0; i < 4; i++) {
    size_t n = strlen(relations[i].text);
    if (strncmp(word, relations[i].text, n)) continue;
    word += n;
    l->kind = relations[i].kind;
    return (read_wide(&word, &l->v) && !*word && !wide_saturated(l->v)) || reject(c, "a fact ends with a number of at most 127 bits");
  }
  return reject(c, "a fact is a term, then >=, <=, = or !=, then a number");
}

/* Literals up to the end of the line, or a word that ends them, into c->clause. */
static bool read_clause(struct checker *c, const char *end) {
  const char *word;
  c->nclause = 0;
  while ((word = next_word(c)) && (!end || strcmp(word, end))) {
    if (!network_room(&c->w, &c->clause, &c->clause_capacity, c->nclause + 1, sizeof *c->clause)) return reject(c, "out of memory");
    if (!read_literal(c, word, &c->clause[c->nclause++])) return false;
  }
  return (word != NULL) == (end != NULL) || reject(c, "'%s' is missing", end);
}

/* ---- constraints ---- */

static int by_number(const void *p, const void *q) {
  cell a = *(const cell *)p, b = *(const cell *)q;
  return (a > b) - (a < b);
}

static bool is_stopped(const struct network *w, cell x) { return w->stop[cell_same(w, x)] == w->stamp; }

static bool take_cell(struct checker *c, struct constraint_of *k, cell x) {
  if (c->marked[x] == c->mark) return true;
  c->marked[x] = c->mark;
  if (!network_room(&c->w, &k->list, &k->capacity, k->n + 1, sizeof *k->list)) return reject(c, "out of memory");
  k->list[k->n++] = x;
  return true;
}

/* What the cells taken rest on, down to the terms named. */
static bool take_arguments(struct checker *c, struct constraint_of *k) {
  for (size_t i = 0; i < k->n; i++) {
    const struct cell_of *x = &c->w.cells[k->list[i]];
    for (int32_t a = 0; a < x->n; a++) {
      cell arg = c->w.args[x->first + (size_t)a];
      if (!is_stopped(&c->w, arg) && c->w.cells[arg].n > 0 && !take_cell(c, k, arg)) return false;
    }
  }
  return true;
}

/* What besides values always holds of the cells taken, or of terms named. */
static bool take_splits(struct checker *c, struct constraint_of *k) {
  const struct network *w = &c->w;
  for (cell x = 0; (size_t)x < w->n; x++) {
    enum cell_op op = w->cells[x].op;
    cell z = op == CELL_SPLIT || op == CELL_EXACT ? cell_args(w, x)[0] : -1;
    if (z >= 0 && (c->marked[z] == c->mark || is_stopped(w, z)) && !take_cell(c, k, x)) return false;
  }
  return true;
}

static bool make_marks(struct checker *c) {
  c->mark++;
  return network_room(&c->w, &c->marked, &c->marked_capacity, c->w.n + 1, sizeof *c->marked) || reject(c, "out of memory");
}

static void stop_at(struct network *w, const struct constraint_of *k) {
  w->stamp++;
  for (size_t i = 0; i < k->nterms; i++) w->stop[cell_same(w, k->terms[i])] = w->stamp;
}

static bool close_constraint(struct checker *c, struct constraint_of *k, ci_expr node) {
  struct network *w = &c->w;
  cell all[3] = {w->number[node], w->defined[node], w->relation[node]};
  if (!make_marks(c)) return false;
  stop_at(w, k);
  for (int i = 0; i < 3; i++)
    if (all[i] >= 0 && !take_cell(c, k, all[i])) return false;
  for (size_t i = 0; i < k->nterms; i++)
    if (k->named[i] && !take_cell(c, k, k->terms[i])) return false;
  if (!take_arguments(c, k) || !take_splits(c, k)) return false;
  qsort(k->list, k->n, sizeof *k->list, by_number);
  return true;
}

static struct constraint_of *new_constraint(struct checker *c, size_t number) {
  size_t at;
  if (numbers_find(&c->constraint_numbers, number, &at)) return reject(c, "constraint %zu is there already", number), NULL;
  if (!network_room(&c->w, &c->constraints, &c->constraint_capacity, c->nconstraints + 1, sizeof *c->constraints) ||
      !numbers_add(&c->w, &c->constraint_numbers, number, c->nconstraints)) return reject(c, "out of memory"), NULL;
  return &c->constraints[c->nconstraints++];
}

/* constraint NUMBER nNODE|better TERM ... */
static bool line_constraint(struct checker *c) {
  size_t id = 0;
  struct network *w = &c->w;
  if (!read_number(c, &id, INT32_MAX)) return false;
  const char *word = next_word(c);
  bool better = word && !strcmp(word, "better");
  wide node = -1;
  if (!better && (!word || *word++ != 'n' || !read_wide(&word, &node) || *word || node < 0 || node >= (wide)w->g->nnodes))
    return reject(c, "a constraint is of a node, or 'better'");
  struct constraint_of *k = new_constraint(c, id);
  if (!k) return false;
  if (better && c->optimizing) return make_marks(c) && take_cell(c, k, w->better);
  if (better) return reject(c, "there is no objective");
  while ((word = next_word(c))) {
    if (!network_room(w, &k->terms, &k->term_capacity, k->nterms + 1, sizeof *k->terms) ||
        !network_room(w, &k->named, &k->named_capacity, k->nterms + 1, sizeof *k->named)) return reject(c, "out of memory");
    k->named[k->nterms] = *word == 't';
    if (!read_cell(c, &word, &k->terms[k->nterms++])) return false;
  }
  return close_constraint(c, k, (ci_expr)node);
}

/* ---- what follows ---- */

/* Deny all of its literals; false: that cannot be. */
static bool deny_clause(struct checker *c) {
  for (size_t i = 0; i < c->nclause && !c->w.broken; i++) literal_deny(&c->w, c->clause[i]);
  return !c->w.broken;
}

static bool follows_from(struct checker *c, const cell *list, size_t n, int64_t cases) {
  size_t mark = network_mark(&c->w);
  bool fine = !deny_clause(c) || network_refute(&c->w, list, n, &cases);
  network_undo(&c->w, mark);
  return fine && !c->w.spent;
}

static const cell *everything(struct checker *c) {
  if (!network_room(&c->w, &c->all, &c->all_capacity, c->w.n + 1, sizeof *c->all)) return NULL;
  for (c->nall = 0; c->nall < c->w.n; c->nall++) c->all[c->nall] = (cell)c->nall;
  return c->all;
}

/* All that the clause's terms rest on, into c->cone; its variables are to come first. */
static bool take_cone(struct checker *c) {
  struct network *w = &c->w;
  struct constraint_of *k = &c->cone;
  k->n = w->nfirst = 0;
  if (!make_marks(c)) return false;
  for (size_t i = 0; i < c->nclause; i++)
    if (!take_cell(c, k, c->clause[i].x)) return false;
  for (size_t i = 0; i < k->n; i++) {
    const struct cell_of *x = &w->cells[k->list[i]];
    for (int32_t a = 0; a < x->n; a++)
      if (!take_cell(c, k, w->args[x->first + (size_t)a])) return false;
    if (x->op != CELL_VARIABLE) continue;
    if (!network_room(w, &w->first, &w->first_capacity, w->nfirst + 1, sizeof *w->first)) return reject(c, "out of memory");
    w->first[w->nfirst++] = k->list[i];
  }
  return take_splits(c, k);
}

/* From what the terms mean, else from the whole model; case by case of their variables. */
static bool follows_from_all(struct checker *c) {
  c->w.stamp++; /* sums are opened wholly */
  c->general++;
  if (!take_cone(c)) return false;
  bool fine = follows_from(c, c->cone.list, c->cone.n, CASES);
  const cell *all = fine || c->w.spent ? NULL : everything(c);
  if (all) fine = follows_from(c, all, c->nall, CASES_OF_ALL);
  c->w.nfirst = 0;
  return fine;
}

/* reason: a constraint's number, or "-". */
static bool clause_follows(struct checker *c, const char *reason) {
  wide id = 0;
  if (!reason) return reject(c, "a reason is wanted");
  if (c->closed) return true;
  if (!strcmp(reason, "-")) return follows_from_all(c) || reject(c, "this does not follow from the model, as far as it was looked into");
  size_t at;
  if (!read_wide(&reason, &id) || *reason || id < 0 || id > INT32_MAX || !numbers_find(&c->constraint_numbers, (size_t)id, &at))
    return reject(c, "there is no such constraint");
  const struct constraint_of *k = &c->constraints[at];
  stop_at(&c->w, k);
  return follows_from(c, k->list, k->n, CASES) || follows_from_all(c) || reject(c, "this does not follow from its constraint");
}

/* ---- unit propagation ---- */

/* 1 something new, 0 nothing, -1 the clause is broken. */
static int propagate_clause(struct network *w, const struct literal *l, size_t n) {
  size_t open = 0, which = 0;
  for (size_t i = 0; i < n; i++) {
    enum state state = literal_state(w, l[i]);
    if (state == LITERAL_TRUE) return 0;
    if (state == LITERAL_OPEN) which = i, open++;
  }
  if (open == 0) return -1;
  if (open > 1) return 0;
  return literal_assert(w, l[which]) ? 1 : -1;
}

static bool unit_refutes(struct checker *c, const size_t *uses, size_t nuses) {
  for (bool news = true; news && !network_stopped(&c->w);) {
    news = false;
    for (size_t i = 0; i < c->ninferences + nuses; i++) {
      bool inner = i < c->ninferences;
      const struct clause_of *k = inner ? &c->inferences[i] : &c->nogoods[uses[i - c->ninferences]];
      int result = propagate_clause(&c->w, inner ? c->literals + k->first : k->literal, k->n);
      if (result < 0 || c->w.broken) return true;
      news |= result > 0;
    }
  }
  return false;
}

static bool unit_follows(struct checker *c, const size_t *uses, size_t nuses) {
  size_t mark = network_mark(&c->w);
  bool fine = !deny_clause(c) || unit_refutes(c, uses, nuses);
  network_undo(&c->w, mark);
  return fine && !c->w.spent;
}

/* ---- lines ---- */

static void assume_root(struct checker *c, struct literal l) {
  if (!literal_assert(&c->w, l)) c->closed = true;
  c->w.broken = false;
}

static bool nogood_known(const struct checker *c, size_t id) { return id < c->nnogoods && c->nogoods[id].known; }

/* holds REASON [FACT]; a reason @N is the nogood N */
static bool line_holds(struct checker *c) {
  const char *reason = next_word(c);
  if (!reason || !read_clause(c, NULL)) return reject(c, "a reason is wanted");
  if (c->nclause > 1) return reject(c, "one fact at a time");
  if (*reason == '@') {
    wide id = 0;
    const char *text = reason + 1;
    if (!read_wide(&text, &id) || *text || id < 0 || !nogood_known(c, (size_t)id)) return reject(c, "there is no such nogood");
    c->ninferences = 0;
    if (!c->closed && !unit_follows(c, (size_t[]){(size_t)id}, 1)) return reject(c, "this does not follow from its nogood");
  } else if (!clause_follows(c, reason)) return false;
  if (c->nclause) assume_root(c, c->clause[0]);
  else c->closed = true;
  return true;
}

/* infer REASON LITERAL ... */
static bool line_infer(struct checker *c) {
  const char *reason = next_word(c);
  if (!read_clause(c, NULL) || !clause_follows(c, reason)) return false;
  if (!network_room(&c->w, &c->inferences, &c->inference_capacity, c->ninferences + 1, sizeof *c->inferences)) return reject(c, "out of memory");
  if (c->ninferences == 0) c->nliterals = 0;
  if (!network_room(&c->w, &c->literals, &c->literal_capacity, c->nliterals + c->nclause, sizeof *c->literals)) return reject(c, "out of memory");
  c->inferences[c->ninferences++] = (struct clause_of){.first = c->nliterals, .n = c->nclause};
  if (c->nclause) memcpy(c->literals + c->nliterals, c->clause, c->nclause * sizeof *c->clause);
  c->nliterals += c->nclause;
  return true;
}

static bool read_uses(struct checker *c) {
  c->nuses = 0;
  while (*c->at) {
    size_t id = 0;
    if (!read_number(c, &id, SIZE_MAX)) return false;
    if (!nogood_known(c, id)) return reject(c, "there is no nogood %zu", id);
    if (!network_room(&c->w, &c->uses, &c->use_capacity, c->nuses + 1, sizeof *c->uses)) return reject(c, "out of memory");
    c->uses[c->nuses++] = id;
  }
  return true;
}

static bool keep_nogood(struct checker *c, size_t id) {
  if (!network_room(&c->w, &c->nogoods, &c->nnogoods, id + 1, sizeof *c->nogoods)) return reject(c, "out of memory");
  struct literal *copy = budget_alloc(&c->w.budget, (c->nclause + 1) * sizeof *copy);
  if (!copy) return reject(c, "out of memory");
  if (c->nclause) memcpy(copy, c->clause, c->nclause * sizeof *copy);
  c->nogoods[id] = (struct clause_of){.n = c->nclause, .literal = copy, .known = true};
  return true;
}

/* nogood NUMBER LITERAL ... by NUMBER ... */
static bool line_nogood(struct checker *c) {
  size_t id = 0;
  if (!read_number(c, &id, INT32_MAX) || !read_clause(c, "by") || !read_uses(c)) return false;
  if (id != ++c->last) return reject(c, "nogood %zu is the next one", c->last);
  if (!c->closed && !unit_follows(c, c->uses, c->nuses)) return reject(c, "this does not follow from the inferences and nogoods given");
  c->ninferences = 0;
  if (c->nclause == 0) c->closed = true;
  if (c->nclause == 1) assume_root(c, c->clause[0]);
  return keep_nogood(c, id);
}

static bool line_delete(struct checker *c) {
  size_t id = 0;
  if (!read_number(c, &id, INT32_MAX)) return false;
  if (!nogood_known(c, id)) return reject(c, "there is no nogood %zu", id);
  network_release(&c->w, c->nogoods[id].literal, c->nogoods[id].n + 1, sizeof(struct literal));
  c->nogoods[id] = (struct clause_of){0};
  return true;
}

/* define tNUMBER OPERATION TERM ... */
static bool line_define(struct checker *c) {
  const char *word = next_word(c), *op = next_word(c), *arg;
  wide id = 0;
  size_t n = 0;
  struct network *w = &c->w;
  if (!op || *word++ != 't' || !read_wide(&word, &id) || *word || id < 0 || id >= INT32_MAX) return reject(c, "define tNUMBER OPERATION TERM ...");
  while ((arg = next_word(c))) {
    if (!network_room(w, &c->uses_cells, &c->uses_cell_capacity, n + 1, sizeof *c->uses_cells)) return reject(c, "out of memory");
    if (!read_cell(c, &arg, &c->uses_cells[n++])) return false;
  }
  if (term_of(c, id) >= 0) return reject(c, "t%lld is there already", (long long)id);
  cell x = network_define(w, op, c->uses_cells, n);
  if (x < 0) return reject(c, "there is no operation '%.40s' of %zu terms", op, n);
  if (!network_room(w, &c->terms, &c->term_capacity, c->nterms + 1, sizeof *c->terms) ||
      !numbers_add(w, &c->term_numbers, (size_t)id, c->nterms)) return reject(c, "out of memory");
  c->terms[c->nterms++] = x;
  return true;
}

/* ---- answers ---- */

static bool is_better(struct checker *c, const wide *found) {
  for (size_t k = 0; k < c->w.g->nobjectives; k++) {
    if (found[k] == c->w.best[k]) continue;
    return c->w.g->objectives[k].maximize ? found[k] > c->w.best[k] : found[k] < c->w.best[k];
  }
  return false;
}

static bool take_objectives(struct checker *c, const int64_t *values) {
  const struct graph *g = c->w.g;
  evaluation e;
  wide *found = malloc((g->nobjectives + 1) * sizeof *found);
  if (!found || evaluation_new(&e, g) < 0) {
    free(found);
    return reject(c, "out of memory");
  }
  bool fine = true;
  evaluation_run(&e, values);
  for (size_t k = 0; k < g->nobjectives && fine; k++) {
    struct value v = e.values[g->objectives[k].e];
    fine = v.kind == NUMBER;
    found[k] = v.number;
  }
  evaluation_free(&e);
  if (!fine) reject(c, "an objective has no value here");
  else if (c->w.has_best && !is_better(c, found)) fine = reject(c, "this is no better than the solution before");
  else memcpy(c->w.best, found, g->nobjectives * sizeof *found);
  c->w.has_best = fine;
  free(found);
  return fine;
}

/* solution VALUE ..., one a variable in the order of their declarations */
static bool line_solution(struct checker *c) {
  const struct ci_model *m = c->model;
  size_t n = m->graph.nvars, nbroken;
  int outside;
  for (size_t i = 0; i < n; i++) {
    const char *word = next_word(c);
    wide v;
    if (!word || !read_wide(&word, &v) || *word || !wide_fits64(v)) return reject(c, "a solution is %zu numbers", n);
    c->values[i] = (int64_t)v;
  }
  if (next_word(c)) return reject(c, "a solution is %zu numbers", n);
  if (ci_check(m, c->values, NULL, &nbroken, &outside) < 0) return reject(c, "it cannot be evaluated");
  if (outside >= 0) return reject(c, "the value of %.100s lies outside its domain", m->graph.vars[outside].name);
  if (nbroken) return reject(c, "it breaks a constraint");
  c->solutions++;
  return !c->optimizing || take_objectives(c, c->values);
}

static bool line_conclusion(struct checker *c) {
  const char *what = next_word(c);
  if (!what || next_word(c)) return reject(c, "one word is wanted");
  c->concluded = true;
  if (!strcmp(what, "open")) return c->verdict->conclusion = CI_PROVEN_NOTHING, true;
  if (!strcmp(what, "satisfiable") && c->solutions) return c->verdict->conclusion = CI_PROVEN_SATISFIABLE, true;
  if (!strcmp(what, "unsatisfiable") && !c->solutions && c->closed) return c->verdict->conclusion = CI_PROVEN_UNSATISFIABLE, true;
  if (!strcmp(what, "optimal") && c->solutions && c->closed && c->optimizing) return c->verdict->conclusion = CI_PROVEN_OPTIMAL, true;
  return reject(c, "this was not shown");
}

/* Every node that must hold: equal nodes share a domain. */
static bool unite_equals(struct checker *c) {
  struct network *w = &c->w;
  const cell *all = everything(c);
  uint64_t changes;
  int64_t cases;
  if (!all) return reject(c, "out of memory");
  do {
    changes = w->changes;
    cases = 1;
    if (network_refute(w, all, c->nall, &cases)) c->closed = true;
    for (cell x = 0; (size_t)x < w->n && !c->closed; x++)
      if (w->cells[x].op == CELL_EQUAL && cell_true(w, x) && !cell_unite(w, cell_args(w, x)[0], cell_args(w, x)[1])) c->closed = true;
    w->broken = false;
  } while (!c->closed && changes != w->changes && c->united++ < 20);
  return !w->spent || reject(c, "out of memory");
}

/* constrint proof 1 VARIABLES NODES solve|optimize */
static bool line_header(struct checker *c) {
  const struct graph *g = c->w.g;
  const char *a = next_word(c), *b = next_word(c), *v = next_word(c);
  size_t nvars, nnodes;
  if (!v || strcmp(a, "constrint") || strcmp(b, "proof") || strcmp(v, "1")) return reject(c, "it does not begin with 'constrint proof 1'");
  if (!read_number(c, &nvars, SIZE_MAX) || !read_number(c, &nnodes, SIZE_MAX)) return false;
  if (nvars != g->nvars || nnodes != g->nnodes) return reject(c, "it is of another model");
  const char *task = next_word(c);
  if (!task || (strcmp(task, "solve") && strcmp(task, "optimize"))) return reject(c, "solve or optimize is wanted");
  c->optimizing = !strcmp(task, "optimize");
  for (size_t k = 0; k < g->nobjectives && c->optimizing; k++) {
    cell d = c->w.defined[g->objectives[k].e];
    if (d >= 0 && !cell_within(&c->w, d, 1, 1)) c->closed = true;
  }
  c->w.broken = false;
  return c->closed || unite_equals(c);
}

static bool check_line(struct checker *c) {
  static const struct { const char *name; bool (*check)(struct checker *); } lines[] = {
    {"holds", line_holds}, {"infer", line_infer}, {"nogood", line_nogood}, {"delete", line_delete}, {"define", line_define},
    {"constraint", line_constraint}, {"solution", line_solution}, {"conclusion", line_conclusion},
  };
  if (c->line == 1) return line_header(c);
  const char *word = next_word(c);
  if (c->concluded) return reject(c, "nothing may follow the conclusion");
  for (size_t i = 0; word && i < sizeof lines / sizeof *lines; i++)
    if (!strcmp(word, lines[i].name)) return lines[i].check(c);
  return reject(c, "no line begins like this");
}

static bool copy_line(struct checker *c, const char *from, size_t n) {
  if (!network_room(&c->w, &c->text, &c->text_capacity, n + 1, 1)) return reject(c, "out of memory");
  if (memchr(from, 0, n)) return reject(c, "a byte that is none of a text");
  memcpy(c->text, from, n);
  c->text[n] = 0;
  c->at = c->text;
  return true;
}

static bool check_lines(struct checker *c, const char *text, size_t len) {
  while (len > 0) {
    const char *end = memchr(text, '\n', len);
    c->line++;
    if (!end) return reject(c, "the line does not end");
    size_t n = (size_t)(end - text);
    if (network_stopped(&c->w) || !copy_line(c, text, n) || !check_line(c) || c->w.spent) return false;
    text += n + 1;
    len -= n + 1;
  }
  return c->concluded || (c->line++, reject(c, "the proof has no conclusion"));
}

static void checker_free(struct checker *c) {
  for (size_t i = 0; i < c->nnogoods; i++) free(c->nogoods[i].literal);
  for (size_t i = 0; i < c->nconstraints; i++) {
    free(c->constraints[i].list);
    free(c->constraints[i].terms);
    free(c->constraints[i].named);
  }
  free(c->constraints);
  free(c->cone.list);
  free(c->constraint_numbers.slots);
  free(c->term_numbers.slots);
  free(c->nogoods);
  free(c->inferences);
  free(c->literals);
  free(c->clause);
  free(c->uses);
  free(c->uses_cells);
  free(c->terms);
  free(c->marked);
  free(c->all);
  free(c->text);
  free(c->values);
  network_free(&c->w);
}

/* Why nothing was found out. */
static int why_spent(const struct budget *b) {
  switch (b->stopped) {
  case CI_ELIMIT: return ci_fail(CI_ELIMIT, "the time limit of %g s left it open whether the proof is right; raise it", b->limits.seconds);
  case CI_ECANCEL: return ci_fail(CI_ECANCEL, "cancelled: it is open whether the proof is right");
  case CI_ENOMEM:
    if (!b->limits.memory_bytes) break;
    return ci_fail(CI_ENOMEM, "the memory limit of %llu bytes left it open whether the proof is right; raise it", (unsigned long long)b->limits.memory_bytes);
  default: break;
  }
  return ci_fail(CI_ENOMEM, "out of memory, or a number beyond 128 bits, while a proof is checked");
}

static int run_checker(struct checker *c, const char *log, size_t len, const ci_limits *limits) {
  const struct graph *g = &c->model->graph;
  ci_verdict *out = c->verdict;
  c->values = calloc(g->nvars + 1, sizeof *c->values);
  if (!c->values) return ci_fail(CI_ENOMEM, "out of memory while a proof is checked");
  int error = network_load(&c->w, g, limits);
  if (error == CI_OK) out->accepted = check_lines(c, log, len) && !c->w.spent;
  if (!out->accepted) {
    out->conclusion = CI_PROVEN_NOTHING;
    out->line = c->line;
    snprintf(out->message, sizeof out->message, "%s", c->message);
  }
  out->lines = c->line;
  out->general = c->general;
  return c->w.spent ? why_spent(&c->w.budget) : CI_OK;
}

int ci_verify_within(const ci_model *m, const char *log, size_t len, const ci_limits *limits, ci_verdict *out) {
  struct checker *c = calloc(1, sizeof *c);
  if (!c) return ci_fail(CI_ENOMEM, "out of memory while a proof is checked");
  *out = (ci_verdict){0};
  c->model = m;
  c->verdict = out;
  int error = run_checker(c, log, len, limits);
  checker_free(c);
  free(c);
  return error;
}

int ci_verify(const ci_model *m, const char *log, size_t len, ci_verdict *out) { return ci_verify_within(m, log, len, NULL, out); }
