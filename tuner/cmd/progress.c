/* The progress of a tune, for people. */
#include "progress.h"

#include <string.h>
#include <unistd.h>

#include "clock.h"

static const double terminal_pause = 0.1, plain_pause = 5;

void progress_open(struct progress *p, FILE *to, int every, size_t problems) {
  *p = (struct progress){.to = to, .terminal = isatty(fileno(to)), .every = every, .problems = problems};
}

void progress_clear(struct progress *p) {
  if (p->standing) fputs("\r\033[K", p->to);
  p->standing = 0;
  fflush(p->to);
}

void progress_problem(struct progress *p, const char *text) {
  p->problem++;
  p->text = text;
  p->started = p->shown = clock_seconds();
  p->tried = 0;
  progress_clear(p);
  if (!p->terminal) fprintf(p->to, "[%zu/%zu] %s\n", p->problem, p->problems, text);
  fflush(p->to);
}

void progress_time(char *out, size_t size, double seconds) {
  if (!(seconds > 0)) snprintf(out, size, "-");
  else if (seconds < 1e-3) snprintf(out, size, "%.4g us", seconds * 1e6);
  else if (seconds < 1) snprintf(out, size, "%.4g ms", seconds * 1e3);
  else snprintf(out, size, "%.4g s", seconds);
}

static const char *phase_name(tdb_phase phase) {
  static const char *const names[] = {"search", "confirm", "default", "reference"};
  return (unsigned)phase < sizeof names / sizeof *names ? names[phase] : "?";
}

/* What a trial was: for scripts and tests as much as for people. */
static void show_row(struct progress *p, const struct journal_row *row) {
  char time[32];
  progress_time(time, sizeof time, row->seconds);
  progress_clear(p);
  fprintf(p->to, "trial %lld: %s: %s %s %s%s%s\n", (long long)row->id, phase_name(row->phase), tdb_status_name(row->status),
          row->status == TDB_TRIAL_OK ? time : "", row->config, *row->message ? ": " : "", row->message);
}

static void show_status(struct progress *p, const struct tune_status *at) {
  char best[32], left[48];
  double elapsed = clock_seconds() - p->started;
  progress_time(best, sizeof best, at->best_seconds);
  if (at->left >= 0) snprintf(left, sizeof left, "%.0f s left", at->left);
  else snprintf(left, sizeof left, "%.0f trials left", at->trials_left);
  if (p->terminal) fprintf(p->to, "\r\033[K[%zu/%zu] ", p->problem, p->problems);
  fprintf(p->to, "%zu trials, %.1f/s, %zu failed, best %s", p->tried, elapsed > 0 ? (double)p->tried / elapsed : 0, at->failed, best);
  if (at->default_seconds > 0 && at->best_seconds > 0)
    fprintf(p->to, " (%.2fx default)", at->default_seconds / at->best_seconds);
  fprintf(p->to, ", %s%s", left, p->terminal ? "" : "\n");
  p->standing = p->terminal;
}

void progress_trial(void *progress, const struct tune_status *at, const struct journal_row *row) {
  struct progress *p = progress;
  double now = clock_seconds();
  p->tried++;
  if (p->every) show_row(p, row);
  if (now - p->shown >= (p->terminal ? terminal_pause : plain_pause)) {
    show_status(p, at);
    p->shown = now;
  }
  fflush(p->to);
}

void progress_note(void *progress, const char *text) {
  struct progress *p = progress;
  progress_clear(p);
  size_t n = strlen(text);
  fprintf(p->to, "%s%s", text, n && text[n - 1] == '\n' ? "" : "\n");
  fflush(p->to);
}
