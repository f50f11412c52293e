/* The tables of a report. */
#include "report_tables.h"

#include <stdlib.h>
#include <string.h>

#include "markup.h"
#include "report_html.h"

enum { RANKS = 5 };

/* ---- Settings ---- */

/* Is this exact "key=value" one of a text's settings? */
static int has_setting(const char *settings, const char *setting, size_t length) {
  for (const char *s = settings; s; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL)
    if (strcspn(s, ",") == length && !strncmp(s, setting, length)) return 1;
  return 0;
}

static void setting_chip(FILE *to, const char *setting, size_t length, int changed) {
  const char *equals = memchr(setting, '=', length);
  size_t key = equals ? (size_t)(equals - setting) : 0;
  fprintf(to, "<span class=\"kv%s\">", changed ? " changed" : "");
  if (equals) {
    fputs("<i>", to);
    markup_text_n(to, setting, key);
    fputs("</i>\xC2\xA0", to); /* keeps key and value on one line */
    markup_text_n(to, equals + 1, length - key - 1);
  } else {
    markup_text_n(to, setting, length);
  }
  fputs("</span>\n", to);
}

void table_settings(FILE *to, const char *settings, const char *than) {
  for (const char *s = settings; *s;) {
    size_t length = strcspn(s, ",");
    if (length) setting_chip(to, s, length, than && !has_setting(than, s, length));
    s += length + (s[length] == ',');
  }
}

/* ---- Cells ---- */

static void seconds_cell(FILE *to, const struct report_trial *t) {
  char text[MARKUP_SHORT];
  if (t) markup_seconds(text, t->seconds);
  if (t) fprintf(to, "<td class=\"n\">%s</td>", text);
  else fputs("<td class=\"n none\">–</td>", to);
}

static void speedup_cell(FILE *to, const struct report_trial *than, const struct report_trial *t) {
  char text[MARKUP_SHORT];
  double s = report_speedup(than, t);
  markup_speedup(text, s);
  fprintf(to, "<td class=\"n %s\">%s</td>", s >= 1.005 ? "good" : "none", text);
}

/* ---- All problems ---- */

static void overview_row(FILE *to, const struct report_problem *p, size_t i) {
  fputs("<tr><td>", to);
  if (i < REPORT_DETAILED) fprintf(to, "<a href=\"#p%zu\">%zu</a></td><td>", i + 1, i + 1);
  else fprintf(to, "%zu</td><td>", i + 1);
  markup_text(to, p->kernel);
  fputs("</td><td>", to);
  table_settings(to, p->problem, NULL);
  table_settings(to, p->scaling, NULL);
  fputs("</td>", to);
  seconds_cell(to, p->reference);
  seconds_cell(to, p->standard);
  seconds_cell(to, p->best);
  speedup_cell(to, p->reference, p->best);
  speedup_cell(to, p->standard, p->best);
  fprintf(to, "<td class=\"n\">%zu</td></tr>\n", p->ntrials);
}

void table_overview(FILE *to, const struct report_data *d) {
  fputs("<div class=\"card wide\"><table><thead><tr><th></th><th>kernel</th><th>problem</th><th class=\"n\">reference</th>"
        "<th class=\"n\">default</th><th class=\"n\">best</th><th class=\"n\">over reference</th>"
        "<th class=\"n\">over default</th><th class=\"n\">trials</th></tr></thead><tbody>\n", to);
  for (size_t i = 0; i < d->nproblems; i++) overview_row(to, d->problems[i], i);
  fputs("</tbody></table></div>\n", to);
}

/* ---- One problem's best ---- */

static const char *standing(const struct report_problem *p, const struct report_trial *t) {
  if (t == p->standard) return t->phase == TDB_PHASE_CONFIRM ? "default, confirmed" : "default";
  return t->phase == TDB_PHASE_CONFIRM ? "confirmed" : "searched";
}

static void range_cell(FILE *to, const struct report_trial *t) {
  char low[MARKUP_SHORT], high[MARKUP_SHORT];
  markup_seconds(low, t->low);
  markup_seconds(high, t->high);
  fprintf(to, "<td class=\"n none\">%s – %s</td>", low, high);
}

static void ranking_row(FILE *to, const struct report_problem *p, size_t i) {
  const struct report_trial *t = p->ranking[i];
  fprintf(to, "<tr><td class=\"n\">%zu</td>", i + 1);
  seconds_cell(to, t);
  range_cell(to, t);
  if (t->error >= 0) fprintf(to, "<td class=\"n none\">%.1e</td>", t->error);
  else fputs("<td class=\"n none\">–</td>", to);
  fprintf(to, "<td class=\"none\">%s</td><td>", standing(p, t));
  table_settings(to, t->config, p->standard && t != p->standard ? p->standard->config : NULL);
  fputs("</td></tr>\n", to);
}

void table_ranking(FILE *to, const struct report_problem *p) {
  if (!p->nranking) return;
  fputs("<h4>Winning configurations", to);
  if (p->standard) fputs(" (what differs from the default stands out)", to);
  fputs("</h4>\n<div class=\"wide\"><table><thead><tr><th class=\"n\">#</th><th class=\"n\">time</th>"
        "<th class=\"n\">of samples</th><th class=\"n\">error</th><th></th><th>configuration</th></tr></thead><tbody>\n", to);
  for (size_t i = 0; i < p->nranking && i < RANKS; i++) ranking_row(to, p, i);
  fputs("</tbody></table></div>\n", to);
}

/* ---- One problem's failures ---- */

static void failure_row(FILE *to, const struct report_problem *p, tdb_status s) {
  const struct report_trial *t = p->example[s];
  fprintf(to, "<tr><td>%s</td><td class=\"n\">%zu</td><td class=\"message\">", tdb_status_name(s), p->failures[s]);
  markup_text(to, t->message);
  fputs("</td><td>", to);
  table_settings(to, t->config, NULL);
  fputs("</td></tr>\n", to);
}

void table_failures(FILE *to, const struct report_problem *p) {
  size_t all = 0;
  for (int s = 0; s < TDB_TRIAL_STATUS_COUNT; s++) all += p->failures[s];
  if (!all) return;
  fprintf(to, "<h4>Failures by kind: %zu of %zu trials</h4>\n<div class=\"wide\"><table><thead><tr><th>kind</th>"
          "<th class=\"n\">trials</th><th>the newest one's message</th><th>its configuration</th></tr></thead><tbody>\n",
          all, p->ntrials);
  for (int s = 0; s < TDB_TRIAL_STATUS_COUNT; s++)
    if (p->failures[s]) failure_row(to, p, (tdb_status)s);
  fputs("</tbody></table></div>\n", to);
}
