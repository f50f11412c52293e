/* Writing HTML that is also well-formed XML. */
#include "markup.h"

#include <string.h>
#include <time.h>

/* The length of the character that begins here, 0 if it is broken or forbidden. */
static size_t character(const unsigned char *s, size_t left) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t n = *s < 0x80 ? 1 : *s < 0xC0 ? 0 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : *s < 0xF8 ? 4 : 0;
  if (!n || n > left) return 0;
  uint32_t c = n == 1 ? *s : *s & (0x7Fu >> n);
  for (size_t i = 1; i < n; i++) {
    if ((s[i] & 0xC0) != 0x80) return 0;
    c = c << 6 | (s[i] & 0x3F);
  }
  if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) || c == 0xFFFE || c == 0xFFFF) return 0;
  return c < ' ' && c != '\t' && c != '\n' ? 0 : n;
}

static const char *entity(unsigned char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
  }
}

void markup_text_n(FILE *to, const char *text, size_t n) {
  const unsigned char *s = (const unsigned char *)text;
  while (n) {
    size_t length = character(s, n);
    const char *e = entity(*s);
    if (!length) fputs("\xEF\xBF\xBD", to);
    else if (e) fputs(e, to);
    else fwrite(s, 1, length, to);
    s += length ? length : 1;
    n -= length ? length : 1;
  }
}

void markup_text(FILE *to, const char *text) { markup_text_n(to, text, strlen(text)); }

void markup_seconds(char text[MARKUP_SHORT], double seconds) {
  static const struct { double factor; const char *unit; } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}};
  int i = 0;
  while (i < 3 && seconds < units[i].factor * 0.99995) i++;
  double v = seconds / units[i].factor;
  int decimals = v >= 999.95 ? 0 : v >= 99.995 ? 1 : v >= 9.9995 ? 2 : 3;
  snprintf(text, MARKUP_SHORT, "%.*f %s", decimals, v, units[i].unit);
}

void markup_speedup(char text[MARKUP_SHORT], double times) {
  if (times > 0) snprintf(text, MARKUP_SHORT, times >= 99.95 ? "%.0f×" : times >= 9.995 ? "%.1f×" : "%.2f×", times);
  else snprintf(text, MARKUP_SHORT, "–");
}

void markup_date(char text[MARKUP_SHORT], int64_t us) {
  time_t t = (time_t)(us / 1000000);
  struct tm tm;
  snprintf(text, MARKUP_SHORT, "–");
  if (us > 0 && gmtime_r(&t, &tm)) strftime(text, MARKUP_SHORT, "%Y-%m-%d %H:%M UTC", &tm);
}
