/* The result of a tune. */
#include "summary.h"

#include <jansson.h>
#include <string.h>

#include "progress.h"

static const char *outcome_name(const struct summary_line *l) {
  static const char *const names[] = {"done", "nothing left to do", "interrupted", "failed"};
  return l->reached ? names[l->result.outcome] : "not begun";
}

static void print_failures(FILE *to, const struct tune_result *r) {
  const char *before = "  failures: ";
  for (int s = 0; s < TDB_TRIAL_STATUS_COUNT; s++) {
    if (!r->failures[s]) continue;
    fprintf(to, "%s%zu %s", before, r->failures[s], tdb_status_name((tdb_status)s));
    before = ", ";
  }
  if (*before == ',') fputc('\n', to);
}

static void print_times(FILE *to, const struct tune_result *r) {
  char naive[32], standard[32], best[32];
  progress_time(naive, sizeof naive, r->reference_seconds);
  progress_time(standard, sizeof standard, r->default_seconds);
  progress_time(best, sizeof best, r->best_seconds);
  fprintf(to, "  naive %s, default %s, best %s", naive, standard, best);
  if (r->default_seconds > 0 && r->best_seconds > 0)
    fprintf(to, ": %.2fx default%s", r->default_seconds / r->best_seconds, r->confirmed ? "" : " (not confirmed)");
  fputc('\n', to);
}

static void print_line(FILE *to, const struct summary_line *l) {
  const struct tune_result *r = &l->result;
  fprintf(to, "%s: %s%s%s\n", l->problem->text, outcome_name(l), *r->message ? ": " : "", r->message);
  if (!l->reached || !r->trials) return;
  print_times(to, r);
  fprintf(to, "  %zu trials, %zu of them new; %zu legal configurations%s\n", r->trials, r->added, r->space,
          r->exhausted ? ", all tried" : "");
  print_failures(to, r);
  if (r->best) fprintf(to, "  winner: %s%s\n", r->best, r->standard && !strcmp(r->best, r->standard) ? " (the default)" : "");
}

void summary_print(FILE *to, const struct summary *s) {
  for (size_t i = 0; i < s->n; i++) print_line(to, &s->lines[i]);
  if (s->interrupted) fputs("interrupted: the same command again goes on from here\n", to);
}

static json_t *seconds(double x) { return x > 0 ? json_real(x) : json_null(); }
static json_t *text(const char *x) { return x ? json_string(x) : json_null(); }

static json_t *failures_json(const struct tune_result *r) {
  json_t *all = json_object();
  for (int s = 1; s < TDB_TRIAL_STATUS_COUNT; s++)
    json_object_set_new(all, tdb_status_name((tdb_status)s), json_integer((json_int_t)r->failures[s]));
  return all;
}

static json_t *line_json(const struct summary_line *l) {
  const struct tune_result *r = &l->result;
  int both = r->default_seconds > 0 && r->best_seconds > 0;
  return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:b,s:I,s:I,s:I,s:o}", "problem", l->problem->text,
                   "outcome", outcome_name(l), "message", r->message, "naive_seconds", seconds(r->reference_seconds),
                   "default_seconds", seconds(r->default_seconds), "best_seconds", seconds(r->best_seconds),
                   "speedup", both ? json_real(r->default_seconds / r->best_seconds) : json_null(),
                   "default", text(r->standard), "best", text(r->best), "confirmed", r->confirmed,
                   "exhausted", r->exhausted, "configurations", (json_int_t)r->space, "trials", (json_int_t)r->trials,
                   "new_trials", (json_int_t)r->added, "failures", failures_json(r));
}

int summary_json(FILE *to, const struct summary *s) {
  json_t *lines = json_array();
  for (size_t i = 0; i < s->n; i++) json_array_append_new(lines, line_json(&s->lines[i]));
  json_t *json = json_pack("{s:i,s:s,s:s,s:s,s:b,s:o}", "version", 1, "kernel", s->kernel, "device", s->device,
                           "database", s->database, "interrupted", s->interrupted, "problems", lines);
  int code = json ? json_dumpf(json, to, JSON_INDENT(2)) : -1;
  if (!code) fputc('\n', to);
  json_decref(json);
  return code || fflush(to) ? -1 : 0;
}
