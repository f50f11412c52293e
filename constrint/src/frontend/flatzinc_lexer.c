/* FlatZinc's tokens: names, whole numbers, floats, strings, marks. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "flatzinc.h"

static const char *end_of(const struct fz *z) { return z->s->text + z->s->len; }

/* White space and comments, which run from % to the line's end. */
static void skip_space(struct fz *z) {
  const char *end = end_of(z);
  while (z->next < end) {
    char c = *z->next;
    if (c == '\n') {
      z->line++;
      z->line_start = z->next + 1;
    } else if (c == '%') {
      const char *eol = memchr(z->next, '\n', (size_t)(end - z->next));
      z->next = eol ? eol : end;
      continue;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return;
    }
    z->next++;
  }
}

static bool is_letter(char c) { return isalpha((unsigned char)c) || c == '_'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *skip_while(const char *at, const char *end, bool (*part)(char)) {
  while (at < end && part(*at)) at++;
  return at;
}

static bool in_name(char c) { return is_letter(c) || is_digit(c); }
static bool is_hex(char c) { return isxdigit((unsigned char)c); }
static bool is_octal(char c) { return c >= '0' && c <= '7'; }

/* ".5", "e7" behind the digits; not the ".." of a range. */
static const char *skip_fraction(const char *at, const char *end) {
  if (at + 1 < end && *at == '.' && is_digit(at[1])) at = skip_while(at + 1, end, is_digit);
  if (at < end && (*at == 'e' || *at == 'E')) {
    const char *digits = at + 1;
    if (digits < end && (*digits == '+' || *digits == '-')) digits++;
    if (digits < end && is_digit(*digits)) at = skip_while(digits, end, is_digit);
  }
  return at;
}

/* The digits in base, with a sign before them: within 64 bits? */
static bool convert(const char *at, const char *end, int base, bool negative, int64_t *out) {
  uint64_t value = 0, most = (uint64_t)INT64_MAX + negative;
  for (; at < end; at++) {
    unsigned digit = is_digit(*at) ? (unsigned)(*at - '0') : (unsigned)((*at | 32) - 'a' + 10);
    if (__builtin_mul_overflow(value, (uint64_t)base, &value) || __builtin_add_overflow(value, digit, &value)) return false;
  }
  if (value > most) return false;
  *out = negative ? (int64_t)(0 - value) : (int64_t)value;
  return true;
}

static int read_number(struct fz *z) {
  struct fz_token *t = &z->token;
  const char *end = end_of(z), *digits = t->at + (*t->at == '-'), *after;
  int base = 10;
  bool prefixed = end - digits > 2 && *digits == '0';
  if (prefixed && (digits[1] == 'x' || digits[1] == 'X') && is_hex(digits[2])) base = 16;
  if (prefixed && (digits[1] == 'o' || digits[1] == 'O') && is_octal(digits[2])) base = 8;
  digits += base == 10 ? 0 : 2;
  after = skip_while(digits, end, base == 16 ? is_hex : base == 8 ? is_octal : is_digit);
  const char *fraction = base == 10 ? skip_fraction(after, end) : after;
  t->kind = fraction > after ? FZT_FLOAT : FZT_INT;
  t->len = (size_t)(fraction - t->at);
  if (t->kind == FZT_FLOAT || convert(digits, after, base, *t->at == '-', &t->number)) return CI_OK;
  return fz_fail(z, t->at, "the number is beyond 64 bits; ConstrINT's variables and constants are 64-bit integers");
}

static int read_string(struct fz *z) {
  const char *end = end_of(z), *at = z->token.at + 1;
  while (at < end && *at != '"' && *at != '\n') at++;
  if (at == end || *at != '"') return fz_fail(z, z->token.at, "the string does not end on its line");
  z->token.kind = FZT_STRING;
  z->token.len = (size_t)(at + 1 - z->token.at);
  return CI_OK;
}

static bool starts(const struct fz *z, const char *text) {
  size_t n = strlen(text);
  return (size_t)(end_of(z) - z->next) >= n && !memcmp(z->next, text, n);
}

static int read_mark(struct fz *z) {
  struct fz_token *t = &z->token;
  t->kind = starts(z, "..") ? FZT_DOTS : starts(z, "::") ? FZT_TWO_COLONS : FZT_PUNCTUATION;
  t->len = t->kind == FZT_PUNCTUATION ? 1 : 2;
  t->mark = *t->at;
  if (t->kind != FZT_PUNCTUATION || strchr("()[]{},;:=", t->mark ? t->mark : ' ')) return CI_OK;
  return fz_fail(z, t->at, "a character that FlatZinc does not have");
}

int fz_advance(struct fz *z) {
  z->behind = z->next;
  skip_space(z);
  const char *end = end_of(z);
  z->token = (struct fz_token){.kind = FZT_END, .at = z->next};
  if (z->next == end) return CI_OK;
  int rc = CI_OK;
  char c = *z->next;
  if (is_letter(c)) {
    z->token.kind = FZT_NAME;
    z->token.len = (size_t)(skip_while(z->next, end, in_name) - z->next);
  } else if (is_digit(c) || (c == '-' && z->next + 1 < end && is_digit(z->next[1]))) {
    rc = read_number(z);
  } else if (c == '"') {
    rc = read_string(z);
  } else {
    rc = read_mark(z);
  }
  z->next += z->token.len;
  return rc;
}

bool fz_is(const struct fz *z, char mark) { return z->token.kind == FZT_PUNCTUATION && z->token.mark == mark; }

bool fz_word(const struct fz *z, const char *word) {
  return z->token.kind == FZT_NAME && z->token.len == strlen(word) && !memcmp(z->token.at, word, z->token.len);
}

int fz_unexpected(const struct fz *z, const char *wanted) {
  if (z->token.kind == FZT_END) return fz_fail(z, z->token.at, "%s was expected, but the text ends", wanted);
  int len = z->token.len > 60 ? 60 : (int)z->token.len;
  return fz_fail(z, z->token.at, "%s was expected, not '%.*s'", wanted, len, z->token.at);
}

int fz_take(struct fz *z, char mark, const char *behind_what) {
  char wanted[100];
  if (fz_is(z, mark)) return fz_advance(z);
  snprintf(wanted, sizeof wanted, "'%c' %s", mark, behind_what);
  return fz_unexpected(z, wanted);
}
