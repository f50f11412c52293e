/* The tokens of all dialects, by one table of punctuation. */
#include "lexer.h"
#include <stdio.h>
#include <string.h>
#include "constrint.h"

/* Longest first where one begins another. */
static const struct { const char *text; enum token_kind kind; } punctuation[] = {
  {"<->", TOK_IFF}, {"->", TOK_ARROW}, {"==", TOK_EQ}, {"!=", TOK_NE}, {"<=", TOK_LE}, {">=", TOK_GE},
  {"<<", TOK_SHL}, {">>", TOK_SHR}, {"<", TOK_LT}, {">", TOK_GT}, {"**", TOK_POWER}, {"//", TOK_FLOORDIV},
  {"..", TOK_DOTS}, {"+", TOK_PLUS}, {"-", TOK_MINUS}, {"*", TOK_STAR}, {"/", TOK_SLASH}, {"%", TOK_PERCENT},
  {"^", TOK_CARET}, {"&", TOK_AND}, {"|", TOK_OR}, {"~", TOK_TILDE}, {"(", TOK_OPEN}, {")", TOK_CLOSE},
  {"[", TOK_LIST}, {"]", TOK_UNLIST}, {"{", TOK_SET}, {"}", TOK_UNSET}, {",", TOK_COMMA},
  {";", TOK_SEMICOLON}, {":", TOK_COLON}, {"=", TOK_ASSIGN}, {"!", TOK_BANG},
};
enum { PUNCTUATION = sizeof punctuation / sizeof *punctuation };

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool digit(char c) { return c >= '0' && c <= '9'; }

static const char *end_of(const lexer *l) { return l->source->text + l->source->len; }

/* The byte n places on, or 0 past the end. */
static char peek(const lexer *l, size_t n) {
  return (size_t)(end_of(l) - l->next.at) > n ? l->next.at[n] : 0;
}

static void advance(lexer *l, size_t n) {
  for (const char *to = l->next.at + n; l->next.at < to; l->next.at++) {
    if (*l->next.at == '\n') { l->next.line++; l->next.column = 1; }
    else if (((unsigned char)*l->next.at & 0xC0) != 0x80) l->next.column++;
  }
}

void lexer_init_at(lexer *l, const source *s, position p) {
  *l = (lexer){.source = s, .next = p};
}

void lexer_init(lexer *l, const source *s) {
  lexer_init_at(l, s, (position){s->text, s->first_line, 1});
  if (s->len >= 3 && !memcmp(s->text, "\xEF\xBB\xBF", 3)) l->next.at += 3; /* byte order mark */
}

static void skip_blanks(lexer *l) {
  for (;;) {
    char c = peek(l, 0);
    if (c == '#') {
      const char *eol = memchr(l->next.at, '\n', (size_t)(end_of(l) - l->next.at));
      advance(l, (size_t)((eol ? eol : end_of(l)) - l->next.at));
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') advance(l, 1);
    else return;
  }
}

/* Letters, digits and _, in parts that single dots join: hw.smem_per_block. */
static size_t name_length(const lexer *l) {
  size_t n = 1;
  for (;;) {
    char c = peek(l, n);
    if (letter(c) || digit(c)) n++;
    else if (c == '.' && letter(peek(l, n + 1))) n += 2;
    else return n;
  }
}

static int digit_value(char c) {
  if (digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/* Digits of a base from place n on, with single _ between them; returns the place behind. */
static size_t read_digits(const lexer *l, size_t n, unsigned base, token *t) {
  for (;; n++) {
    char c = peek(l, n);
    if (c == '_' && digit_value(peek(l, n + 1)) < (int)base) continue;
    if (digit_value(c) >= (int)base) return n;
    uint64_t scaled;
    if (__builtin_mul_overflow(t->value, base, &scaled) ||
        __builtin_add_overflow(scaled, (unsigned)digit_value(c), &t->value))
      t->too_large = true;
  }
}

static bool exponent_follows(const lexer *l, size_t n) {
  if (peek(l, n) != 'e' && peek(l, n) != 'E') return false;
  char sign = peek(l, n + 1);
  return digit(sign == '+' || sign == '-' ? peek(l, n + 2) : sign);
}

static size_t skip_digits(const lexer *l, size_t n) {
  while (digit(peek(l, n)) || (peek(l, n) == '_' && digit(peek(l, n + 1)))) n++;
  return n;
}

/* What stands behind the whole part of a decimal fraction; n if nothing does. */
static size_t fraction_end(const lexer *l, size_t n) {
  if (peek(l, n) == '.' && peek(l, n + 1) != '.') n = skip_digits(l, n + 1);
  if (exponent_follows(l, n)) n = skip_digits(l, n + 2);
  return n;
}

static int read_number(lexer *l, token *t) {
  t->kind = TOK_INT;
  size_t n;
  char kind = (char)(peek(l, 1) | 32);
  if (peek(l, 0) == '0' && kind == 'x' && digit_value(peek(l, 2)) < 16) n = read_digits(l, 2, 16, t);
  else if (peek(l, 0) == '0' && kind == 'b' && digit_value(peek(l, 2)) < 2) n = read_digits(l, 2, 2, t);
  else {
    n = read_digits(l, 0, 10, t);
    size_t end = fraction_end(l, n);
    if (end > n && !l->fractions)
      return source_fail(l->source, t->place, "numbers are whole here; a fraction a/b can be written as a division");
    if (end > n) t->kind = TOK_FRACTION;
    n = end;
  }
  t->len = n;
  return CI_OK;
}

static int read_string(lexer *l, token *t) {
  char quote = peek(l, 0);
  size_t n = 1;
  for (char c; (c = peek(l, n)) != quote; n++) {
    if (!c || c == '\n') return source_fail(l->source, t->place, "the string has no closing %c", quote);
    if (c == '\\') return source_fail(l->source, t->place, "escapes in strings are not supported");
  }
  t->kind = TOK_STRING;
  t->len = n + 1;
  return CI_OK;
}

static int read_punctuation(lexer *l, token *t) {
  size_t room = (size_t)(end_of(l) - l->next.at);
  char first = peek(l, 0);
  for (int i = 0; i < PUNCTUATION; i++) {
    if (punctuation[i].text[0] != first) continue;
    size_t n = strlen(punctuation[i].text);
    if (n > room || memcmp(l->next.at, punctuation[i].text, n)) continue;
    t->kind = punctuation[i].kind;
    t->len = n;
    return CI_OK;
  }
  unsigned char c = (unsigned char)peek(l, 0);
  if (c > 32 && c < 127) return source_fail(l->source, t->place, "'%c' means nothing here", c);
  return source_fail(l->source, t->place, "unexpected byte 0x%02X; names are of ASCII letters, digits and _", c);
}

int lexer_next(lexer *l, token *out) {
  skip_blanks(l);
  token t = {.kind = TOK_END, .place = l->next};
  int rc = CI_OK;
  if (l->next.at == end_of(l)) {
  } else if (letter(peek(l, 0))) {
    t.kind = TOK_NAME;
    t.len = name_length(l);
  } else if (digit(peek(l, 0)) || (l->fractions && peek(l, 0) == '.' && digit(peek(l, 1)))) rc = read_number(l, &t);
  else if (peek(l, 0) == '"' || peek(l, 0) == '\'') rc = read_string(l, &t);
  else rc = read_punctuation(l, &t);
  if (rc == CI_OK) {
    advance(l, t.len);
    *out = t;
  }
  return rc;
}

const char *token_kind_text(enum token_kind kind) {
  for (int i = 0; i < PUNCTUATION; i++)
    if (punctuation[i].kind == kind) return punctuation[i].text;
  return kind == TOK_NAME ? "a name" : kind == TOK_END ? "the end" : "a number";
}

const char *token_text(const token *t, char *room, size_t size) {
  if (t->kind == TOK_END) return "the end of the text";
  snprintf(room, size, "'%.*s'%s", (int)(t->len > 60 ? 60 : t->len), t->place.at, t->len > 60 ? "..." : "");
  return room;
}

bool token_is(const token *t, const char *word) {
  return t->kind == TOK_NAME && t->len == strlen(word) && !memcmp(t->place.at, word, t->len);
}
