/* Writing HTML that is also well-formed XML: nothing from outside gets in
 * unescaped, and no byte that XML forbids. */
#ifndef TUNER_MARKUP_H
#define TUNER_MARKUP_H

#include <stdint.h>
#include <stdio.h>

/* Text or the inside of a double-quoted attribute.  Control characters and
 * broken UTF-8 become U+FFFD. */
void markup_text(FILE *to, const char *text);
/* The same for at most n bytes (whole characters). */
void markup_text_n(FILE *to, const char *text, size_t n);

enum { MARKUP_SHORT = 32 };
/* "1.234 ms": four digits, a unit from ns to s. */
void markup_seconds(char text[MARKUP_SHORT], double seconds);
/* "2.35×"; "–" for 0. */
void markup_speedup(char text[MARKUP_SHORT], double times);
/* "2026-11-23 20:15 UTC"; "–" for 0. */
void markup_date(char text[MARKUP_SHORT], int64_t us);

#endif
