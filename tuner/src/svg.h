/* Primitives of inline SVG.  Colours and strokes come from CSS classes, so that
 * a drawing follows the page's light or dark scheme.  A class is a literal. */
#ifndef TUNER_SVG_H
#define TUNER_SVG_H

#include <stdio.h>

/* title is what a screen reader says. */
void svg_begin(FILE *to, double width, double height, const char *title);
void svg_end(FILE *to);
void svg_rect(FILE *to, const char *class, double x, double y, double width, double height);
void svg_line(FILE *to, const char *class, double x1, double y1, double x2, double y2);
/* tip: shown where the pointer rests; may be NULL. */
void svg_dot(FILE *to, const char *class, double x, double y, double radius, const char *tip);
/* anchor: "start", "middle" or "end". */
void svg_text(FILE *to, const char *class, double x, double y, const char *anchor, const char *text);
/* A line that only goes along the axes: to each x at the old height, then to y. */
void svg_steps_begin(FILE *to, const char *class, double x, double y);
void svg_steps_to(FILE *to, double x, double y);
void svg_steps_end(FILE *to);

/* ---- A logarithmic scale ---- */
struct scale {
  double low, high; /* of the data, low < high */
  double from, to;  /* in the drawing */
};
/* Widens a range that is too narrow to show; both > 0. */
struct scale scale_make(double low, double high, double from, double to);
double scale_at(const struct scale *s, double value);
enum { SCALE_TICKS = 16 };
/* 3 to 8 round values within the range where it allows; returns how many. */
int scale_ticks(const struct scale *s, double ticks[SCALE_TICKS]);

#endif
