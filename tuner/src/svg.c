/* Primitives of inline SVG. */
#include "svg.h"

#include <math.h>

#include "markup.h"

void svg_begin(FILE *to, double width, double height, const char *title) {
  fprintf(to, "<svg viewBox=\"0 0 %g %g\" role=\"img\"><title>", width, height);
  markup_text(to, title);
  fputs("</title>\n", to);
}

void svg_end(FILE *to) { fputs("</svg>\n", to); }

void svg_rect(FILE *to, const char *class, double x, double y, double width, double height) {
  fprintf(to, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", class, x, y, width, height);
}

void svg_line(FILE *to, const char *class, double x1, double y1, double x2, double y2) {
  fprintf(to, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2);
}

void svg_dot(FILE *to, const char *class, double x, double y, double radius, const char *tip) {
  fprintf(to, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"", class, x, y, radius);
  if (!tip) {
    fputs("/>\n", to);
    return;
  }
  fputs("><title>", to);
  markup_text(to, tip);
  fputs("</title></circle>\n", to);
}

void svg_text(FILE *to, const char *class, double x, double y, const char *anchor, const char *text) {
  fprintf(to, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", class, x, y, anchor);
  markup_text(to, text);
  fputs("</text>\n", to);
}

void svg_steps_begin(FILE *to, const char *class, double x, double y) {
  fprintf(to, "<path class=\"%s\" d=\"M%.1f %.1f", class, x, y);
}

void svg_steps_to(FILE *to, double x, double y) { fprintf(to, "H%.1fV%.1f", x, y); }

void svg_steps_end(FILE *to) { fputs("\"/>\n", to); }

/* ---- A logarithmic scale ---- */

struct scale scale_make(double low, double high, double from, double to) {
  const double least = 1.15; /* a range below this shows noise as if it were news */
  double middle = sqrt(low) * sqrt(high);
  if (high < low * least) {
    low = middle / sqrt(least);
    high = middle * sqrt(least);
  }
  return (struct scale){low, high, from, to};
}

double scale_at(const struct scale *s, double value) {
  double share = log(value / s->low) / log(s->high / s->low);
  return s->from + fmin(fmax(share, 0), 1) * (s->to - s->from);
}

static int ticks_of(const struct scale *s, const double *steps, int nsteps, double *ticks) {
  int n = 0;
  for (double decade = pow(10, floor(log10(s->low))); decade <= s->high && n <= SCALE_TICKS; decade *= 10)
    for (int i = 0; i < nsteps; i++) {
      double v = decade * steps[i];
      if (v < s->low || v > s->high) continue;
      if (n < SCALE_TICKS) ticks[n] = v;
      n++;
    }
  return n;
}

/* Where even thirty to a decade leave too few: equal steps of a round size. */
static int ticks_narrow(const struct scale *s, double *ticks) {
  double width = s->high - s->low, step = pow(10, floor(log10(width)));
  if (width / step < 2) step /= 5;
  else if (width / step < 5) step /= 2;
  int n = 0;
  for (double v = ceil(s->low / step) * step; v <= s->high && n < SCALE_TICKS; v += step) ticks[n++] = v;
  return n;
}

int scale_ticks(const struct scale *s, double ticks[SCALE_TICKS]) {
  static const double one[] = {1}, three[] = {1, 2, 5}, nine[] = {1, 1.5, 2, 3, 4, 5, 6, 8};
  int n = ticks_of(s, one, 1, ticks);
  if (n >= 4) return n < SCALE_TICKS ? n : SCALE_TICKS;
  n = ticks_of(s, three, 3, ticks);
  if (n >= 3) return n;
  n = ticks_of(s, nine, 8, ticks);
  return n >= 3 ? n : ticks_narrow(s, ticks);
}
