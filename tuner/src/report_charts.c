/* The drawings of a report. */
#include "report_charts.h"

#include <math.h>
#include <string.h>

#include "markup.h"
#include "svg.h"

static int searched(const struct report_trial *t) { return t->phase != TDB_PHASE_REFERENCE; }
static int timed(const struct report_trial *t) { return searched(t) && t->status == TDB_TRIAL_OK; }

/* ---- Bars ---- */

enum { BARS_WIDTH = 900, BAR_LEFT = 118, BAR_RIGHT = 250, BAR_STEP = 30, BAR_HEIGHT = 20, LABEL_LETTERS = 15 };

struct bar {
  const char *label, *class;
  const struct report_trial *trial;
};

/* What fits left of the bars. */
static void bar_label(char text[64], const char *label) {
  size_t n = 0, letters = 0;
  for (; label[n] && n < 48; n++)
    if (((unsigned char)label[n] & 0xC0) != 0x80 && letters++ == LABEL_LETTERS) break;
  snprintf(text, 64, "%.*s%s", (int)n, label, label[n] ? "…" : "");
}

static void bar_value(char text[96], const struct bar *b, const struct report_trial *best) {
  char seconds[MARKUP_SHORT], times[MARKUP_SHORT];
  markup_seconds(seconds, b->trial->seconds);
  markup_speedup(times, report_speedup(b->trial, best));
  if (best && b->trial != best) snprintf(text, 96, "%s   (best is %s as fast)", seconds, times);
  else snprintf(text, 96, "%s", seconds);
}

static void draw_bar(FILE *to, const struct bar *b, const struct report_trial *best, double slowest, int row) {
  double y = row * BAR_STEP + 4, full = BARS_WIDTH - BAR_LEFT - BAR_RIGHT;
  double width = fmax(full * b->trial->seconds / slowest, 2);
  char value[96], label[64];
  bar_value(value, b, best);
  bar_label(label, b->label);
  svg_text(to, "label", BAR_LEFT - 10, y + 15, "end", label);
  svg_rect(to, "track", BAR_LEFT, y, full, BAR_HEIGHT);
  svg_rect(to, b->class, BAR_LEFT, y, width, BAR_HEIGHT);
  svg_text(to, "value", BAR_LEFT + width + 8, y + 15, "start", value);
}

void chart_bars(FILE *to, const struct report_problem *p) {
  const char *reference = p->reference && *p->reference->message ? p->reference->message : "reference";
  const struct bar bars[] = {{reference, "bar reference", p->reference}, {"default", "bar standard", p->standard},
                             {"best", "bar best", p->best}};
  double slowest = 0;
  int rows = 0;
  for (int i = 0; i < 3; i++)
    if (bars[i].trial) slowest = fmax(slowest, bars[i].trial->seconds), rows++;
  if (!rows) return;
  svg_begin(to, BARS_WIDTH, rows * BAR_STEP + 4, "Reference, default and best");
  for (int i = 0, row = 0; i < 3; i++)
    if (bars[i].trial) draw_bar(to, &bars[i], p->best, slowest, row++);
  svg_end(to);
}

/* ---- The frame of the two charts ---- */

enum { WIDTH = 460, HEIGHT = 240, LEFT = 56, RIGHT = 12, TOP = 18, BOTTOM = 40, BINS = 36, MOST_DOTS = 1500 };

/* The range of all times; 0 if there are none. */
static int range(const struct report_problem *p, double *low, double *high) {
  int n = 0;
  for (size_t i = 0; i < p->ntrials; i++) {
    const struct report_trial *t = &p->trials[i];
    if (!timed(t)) continue;
    *low = n ? fmin(*low, t->seconds) : t->seconds;
    *high = n ? fmax(*high, t->seconds) : t->seconds;
    n++;
  }
  return n;
}

/* "1 ms", "500 µs": no more digits than a tick has. */
static void tick_label(char text[MARKUP_SHORT], double seconds) {
  markup_seconds(text, seconds);
  char *space = strchr(text, ' '), *point = strchr(text, '.');
  if (!space || !point) return;
  char *end = space;
  while (end[-1] == '0') end--;
  if (end - 1 == point) end--;
  memmove(end, space, strlen(space) + 1);
}

static void no_trials(FILE *to, const char *title) {
  svg_begin(to, WIDTH, HEIGHT, title);
  svg_text(to, "note", WIDTH / 2.0, HEIGHT / 2.0, "middle", "no trial was timed");
  svg_end(to);
}

/* ---- Distribution ---- */

static size_t fill_bins(size_t bins[BINS], const struct report_problem *p, const struct scale *x) {
  size_t most = 0;
  memset(bins, 0, BINS * sizeof *bins);
  for (size_t i = 0; i < p->ntrials; i++) {
    if (!timed(&p->trials[i])) continue;
    int b = (int)((scale_at(x, p->trials[i].seconds) - x->from) / (x->to - x->from) * BINS);
    size_t *bin = &bins[b < BINS ? b : BINS - 1];
    if (++*bin > most) most = *bin;
  }
  return most;
}

static void time_axis(FILE *to, const struct scale *x) {
  double ticks[SCALE_TICKS];
  int n = scale_ticks(x, ticks), skip = (n + 6) / 7; /* at most seven labels fit */
  svg_line(to, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
  for (int i = 0; i < n; i++) {
    double at = scale_at(x, ticks[i]);
    char text[MARKUP_SHORT];
    tick_label(text, ticks[i]);
    svg_line(to, "axis", at, HEIGHT - BOTTOM, at, HEIGHT - BOTTOM + 4);
    if (i % skip == 0) svg_text(to, "tick", at, HEIGHT - BOTTOM + 17, "middle", text);
  }
  svg_text(to, "tick", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 5, "middle", "time of a launch");
}

static void count_axis(FILE *to, size_t most) {
  char text[MARKUP_SHORT];
  snprintf(text, sizeof text, "%zu", most);
  svg_line(to, "grid", LEFT, TOP, WIDTH - RIGHT, TOP);
  svg_text(to, "tick", LEFT - 8, TOP + 4, "end", text);
  svg_text(to, "tick", LEFT - 8, HEIGHT - BOTTOM + 4, "end", "0");
  svg_text(to, "tick", LEFT - 8, (TOP + HEIGHT - BOTTOM) / 2.0, "end", "trials");
}

static void draw_bins(FILE *to, const size_t bins[BINS], size_t most) {
  double width = (double)(WIDTH - LEFT - RIGHT) / BINS, full = HEIGHT - TOP - BOTTOM;
  for (int b = 0; b < BINS; b++) {
    double height = full * (double)bins[b] / (double)most;
    if (bins[b]) svg_rect(to, "bin", LEFT + b * width + 0.5, HEIGHT - BOTTOM - height, width - 1, height);
  }
}

static void mark(FILE *to, const struct scale *x, const struct report_trial *t, const char *class, const char *label, int row) {
  if (!t) return;
  double at = scale_at(x, t->seconds), y = TOP + 9 + row * 13;
  int left = at > (LEFT + WIDTH - RIGHT) / 2.0;
  svg_line(to, class, at, TOP, at, HEIGHT - BOTTOM);
  svg_text(to, "mark", at + (left ? -5 : 5), y, left ? "end" : "start", label);
}

void chart_distribution(FILE *to, const struct report_problem *p) {
  static const char title[] = "Distribution of the times of all trials";
  double low = 0, high = 0;
  size_t bins[BINS];
  if (!range(p, &low, &high)) {
    no_trials(to, title);
    return;
  }
  struct scale x = scale_make(low, high, LEFT, WIDTH - RIGHT);
  size_t most = fill_bins(bins, p, &x);
  svg_begin(to, WIDTH, HEIGHT, title);
  count_axis(to, most);
  draw_bins(to, bins, most);
  mark(to, &x, p->standard, "line standard", "default", 1);
  mark(to, &x, p->best, "line best", "best", 0);
  time_axis(to, &x);
  svg_end(to);
}

/* ---- History ---- */

static void seconds_axis(FILE *to, const struct scale *y) {
  double ticks[SCALE_TICKS];
  int n = scale_ticks(y, ticks);
  for (int i = 0; i < n; i++) {
    double at = scale_at(y, ticks[i]);
    char text[MARKUP_SHORT];
    tick_label(text, ticks[i]);
    svg_line(to, "grid", LEFT, at, WIDTH - RIGHT, at);
    svg_text(to, "tick", LEFT - 6, at + 4, "end", text);
  }
}

static double trial_x(size_t i, size_t n) {
  return LEFT + 6 + (double)(WIDTH - LEFT - RIGHT - 12) * (n > 1 ? (double)i / (double)(n - 1) : 0.5);
}

static void trials_axis(FILE *to, size_t n) {
  char text[MARKUP_SHORT];
  snprintf(text, sizeof text, "%zu", n);
  svg_line(to, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
  svg_text(to, "tick", LEFT + 6, HEIGHT - BOTTOM + 17, "middle", "1");
  if (n > 1) svg_text(to, "tick", WIDTH - RIGHT - 6, HEIGHT - BOTTOM + 17, "middle", text);
  svg_text(to, "tick", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 5, "middle", "trials, in the order they were run");
}

static const char *dot_class(const struct report_trial *t) {
  if (t->status != TDB_TRIAL_OK) return "dot failed";
  return t->phase == TDB_PHASE_CONFIRM ? "dot confirm" : t->phase == TDB_PHASE_DEFAULT ? "dot standard" : "dot search";
}

static void draw_dot(FILE *to, const struct report_trial *t, const struct scale *y, double x) {
  char tip[400], seconds[MARKUP_SHORT];
  markup_seconds(seconds, t->seconds);
  snprintf(tip, sizeof tip, "%s: %.300s", t->status == TDB_TRIAL_OK ? seconds : tdb_status_name(t->status), t->config);
  svg_dot(to, dot_class(t), x, t->status == TDB_TRIAL_OK ? scale_at(y, t->seconds) : HEIGHT - BOTTOM - 5, 2.6, tip);
}

/* Every so many trials, so that the drawing stays small; what improved is in the line. */
static void draw_dots(FILE *to, const struct report_problem *p, const struct scale *y, size_t n) {
  size_t every = n / MOST_DOTS + 1, k = 0;
  for (size_t i = 0; i < p->ntrials; i++) {
    if (!searched(&p->trials[i])) continue;
    if (k % every == 0) draw_dot(to, &p->trials[i], y, trial_x(k, n));
    k++;
  }
}

static void draw_best_so_far(FILE *to, const struct report_problem *p, const struct scale *y, size_t n) {
  double best = INFINITY;
  size_t k = 0;
  for (size_t i = 0; i < p->ntrials; i++) {
    const struct report_trial *t = &p->trials[i];
    if (!searched(t)) continue;
    if (timed(t) && t->seconds < best) {
      if (isinf(best)) svg_steps_begin(to, "steps", trial_x(k, n), scale_at(y, t->seconds));
      else svg_steps_to(to, trial_x(k, n), scale_at(y, t->seconds));
      best = t->seconds;
    }
    k++;
  }
  svg_steps_to(to, trial_x(n - 1, n), scale_at(y, best));
  svg_steps_end(to);
}

void chart_history(FILE *to, const struct report_problem *p) {
  static const char title[] = "Time of each trial and the best so far";
  double low = 0, high = 0;
  size_t n = 0;
  for (size_t i = 0; i < p->ntrials; i++) n += (size_t)searched(&p->trials[i]);
  if (!range(p, &low, &high)) {
    no_trials(to, title);
    return;
  }
  struct scale y = scale_make(low, high, HEIGHT - BOTTOM - 14, TOP);
  svg_begin(to, WIDTH, HEIGHT, title);
  seconds_axis(to, &y);
  draw_dots(to, p, &y, n);
  draw_best_so_far(to, p, &y, n);
  trials_axis(to, n);
  svg_end(to);
}
