/* The page of a report. */
#include "report_html.h"

#include <inttypes.h>
#include <string.h>

#include "markup.h"
#include "report_charts.h"
#include "report_style.h"
#include "report_tables.h"

/* ---- The head ---- */

static void device_line(FILE *to, const struct report_problem *p) {
  fputs("<p class=\"about\"><b>", to);
  markup_text(to, p->device);
  fputs("</b>, ", to);
  markup_text(to, p->architecture);
  fprintf(to, ", %" PRId64 " units", p->units);
  if (*p->driver) fputs(", driver ", to), markup_text(to, p->driver);
  if (*p->compiler) fputs(", ", to), markup_text(to, p->compiler);
  fputs("</p>\n", to);
}

static int same_device(const struct report_problem *a, const struct report_problem *b) {
  return a->units == b->units && !strcmp(a->device, b->device) && !strcmp(a->architecture, b->architecture);
}

static void device_lines(FILE *to, const struct report_data *d) {
  for (size_t i = 0; i < d->nproblems; i++) {
    size_t k = 0;
    while (!same_device(d->problems[k], d->problems[i])) k++;
    if (k == i) device_line(to, d->problems[i]);
  }
}

struct range { double low, high; };

static void widen(struct range *r, double x) {
  if (!(x > 0)) return;
  r->low = r->low > 0 && r->low < x ? r->low : x;
  r->high = r->high > x ? r->high : x;
}

static void range(FILE *to, const char *before, const struct range *r, double unit, const char *name) {
  if (!(r->high > 0)) return;
  fprintf(to, "%s%.4g", before, r->low / unit);
  if (r->high > r->low) fprintf(to, " to %.4g", r->high / unit);
  fprintf(to, " %s", name);
}

/* How the device fared, where anybody told. */
static void conditions_line(FILE *to, const struct report_data *d) {
  struct range clock = {0}, celsius = {0}, watts = {0};
  for (size_t i = 0; i < d->nproblems; i++)
    for (size_t k = 0; k < d->problems[i]->ntrials; k++) {
      const struct report_trial *t = &d->problems[i]->trials[k];
      widen(&clock, t->clock_hz);
      widen(&celsius, t->celsius);
      widen(&watts, t->watts);
    }
  if (!(clock.high > 0)) return;
  fputs("<p class=\"about\">during the runs: ", to);
  range(to, "", &clock, 1e6, "MHz");
  range(to, ", ", &celsius, 1, "\xc2\xb0" "C");
  range(to, ", ", &watts, 1, "W");
  fputs("</p>\n", to);
}

static int many_devices(const struct report_data *d) {
  for (size_t i = 1; i < d->nproblems; i++)
    if (!same_device(d->problems[0], d->problems[i])) return 1;
  return 0;
}

static void date_line(FILE *to, const struct report_data *d, const char *source) {
  char first[MARKUP_SHORT], last[MARKUP_SHORT];
  markup_date(first, d->first_us);
  markup_date(last, d->last_us);
  fputs("<p class=\"about\">", to);
  if (d->last_us) fprintf(to, strcmp(first, last) ? "%s to %s, " : "%s, ", first, last);
  fputs("database ", to);
  markup_text(to, source);
  fputs("</p>\n", to);
}

static void tile(FILE *to, const char *class, const char *number, const char *what) {
  fprintf(to, "<div class=\"tile%s\"><b>%s</b><span>%s</span></div>\n", class, number, what);
}

static void count_tile(FILE *to, size_t n, const char *what) {
  char text[MARKUP_SHORT];
  snprintf(text, sizeof text, "%zu", n);
  tile(to, "", text, what);
}

static void mean_tile(FILE *to, double mean, const char *what) {
  char text[MARKUP_SHORT];
  markup_speedup(text, mean);
  if (mean > 0) tile(to, mean >= 1.005 ? " good" : "", text, what);
}

static void tiles(FILE *to, const struct report_data *d) {
  fputs("<div class=\"tiles\">\n", to);
  mean_tile(to, report_mean_speedup(d, report_standard), "over the default (geometric mean)");
  mean_tile(to, report_mean_speedup(d, report_reference), "over the reference (geometric mean)");
  count_tile(to, d->nproblems, d->nproblems == 1 ? "problem" : "problems");
  count_tile(to, d->ntrials, d->ntrials == 1 ? "trial" : "trials");
  count_tile(to, d->nfailed, "of them failed");
  fputs("</div>\n", to);
}

/* ---- A problem ---- */

static void legend(FILE *to) {
  fputs("<p class=\"legend\"><i class=\"key-search\"></i>searched<i class=\"key-confirm\"></i>confirmed, and best so far"
        "<i class=\"key-standard\"></i>default<i class=\"key-failed\"></i>failed</p>\n", to);
}

static void charts(FILE *to, const struct report_problem *p) {
  fputs("<h4>Best against default and reference</h4>\n", to);
  if (!p->best && !p->reference) fputs("<p class=\"empty\">No trial of this problem was timed.</p>\n", to);
  fputs("<div class=\"wide bars\">", to);
  chart_bars(to, p);
  fputs("</div>\n", to);
  fputs("<div class=\"two\"><div><h4>All trials by their time</h4>\n", to);
  chart_distribution(to, p);
  fputs("</div><div><h4>Time against trials</h4>\n", to);
  chart_history(to, p);
  legend(to);
  fputs("</div></div>\n", to);
}

static void problem_section(FILE *to, const struct report_problem *p, size_t i, int name_device) {
  fprintf(to, "<section class=\"card\" id=\"p%zu\"><h3>%zu. ", i + 1, i + 1);
  markup_text(to, p->kernel);
  fputs(" <span class=\"device\">version ", to);
  markup_text(to, p->version);
  fputs("</span> <span>", to);
  table_settings(to, p->problem, NULL);
  table_settings(to, p->scaling, NULL);
  fputs("</span>", to);
  if (name_device) fputs(" <span class=\"device\">", to), markup_text(to, p->device), fputs("</span>", to);
  fputs("</h3>\n", to);
  charts(to, p);
  table_ranking(to, p);
  table_failures(to, p);
  fputs("</section>\n", to);
}

static void problem_sections(FILE *to, const struct report_data *d) {
  int name_device = many_devices(d);
  fputs("<h2>Each problem</h2>\n", to);
  for (size_t i = 0; i < d->nproblems && i < REPORT_DETAILED; i++) problem_section(to, d->problems[i], i, name_device);
  if (d->nproblems > REPORT_DETAILED)
    fprintf(to, "<p class=\"about\">The first %d of %zu problems are drawn; the table above has all.</p>\n", REPORT_DETAILED,
            d->nproblems);
}

/* ---- The page ---- */

static void nothing(FILE *to) {
  fputs("<div class=\"card empty\"><p>This database has no trials yet"
        " (or none of the kernel that was asked for).</p><p><code>constrint tune --kernel K --problem k=v,… --db FILE</code>"
        " adds some.</p></div>\n", to);
}

static void body(FILE *to, const struct report_data *d, const char *source) {
  fputs("<h1>Tuning report</h1>\n", to);
  device_lines(to, d);
  conditions_line(to, d);
  date_line(to, d, source);
  if (!d->nproblems) {
    nothing(to);
    return;
  }
  tiles(to, d);
  fputs("<h2>All problems</h2>\n", to);
  table_overview(to, d);
  problem_sections(to, d);
}

void report_html(FILE *to, const struct report_data *d, const char *source) {
  fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>Tuning report: ", to);
  markup_text(to, d->nproblems ? d->problems[0]->kernel : "no trials");
  if (d->nproblems) fputs(" on ", to), markup_text(to, d->problems[0]->device);
  fprintf(to, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", report_style);
  body(to, d, source);
  fputs("<footer>Times are medians of a launch. A best one was confirmed against the default where it says so. "
        "Written by ConstrINT.</footer>\n</main>\n</body>\n</html>\n", to);
}
