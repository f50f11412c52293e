/* The JSON reader: one pass, checked in full, with places. */
#include "json.h"
#include <stdlib.h>
#include <string.h>
#include "../error.h"
#include "constrint.h"

enum { DEEPEST = 500, FEW = 16 };

/* What is being read. */
struct reading { js_doc *j; const char *at, *end; int depth; };

static int refuse(const struct reading *r, const char *at, const char *why) {
  return source_fail(r->j->source, source_position(r->j->source, at), "this is no valid JSON: %s", why);
}

static int out_of_memory(void) { return ci_fail(CI_ENOMEM, "out of memory while reading"); }

static void skip_blanks(struct reading *r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

static char peek(const struct reading *r) { return r->at < r->end ? *r->at : 0; }

/* ---- Strings ---- */

static bool plain(char c) { return (unsigned char)c >= 32 && (unsigned char)c < 128 && c != '"' && c != '\\'; }

/* The length of the UTF-8 character here; 0: it is none. */
static int character(const unsigned char *p, const unsigned char *end) {
  int n = *p < 0xC2 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : *p < 0xF5 ? 4 : 0;
  if (!n || end - p < n) return 0;
  for (int i = 1; i < n; i++)
    if ((p[i] & 0xC0) != 0x80) return 0;
  if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F)) return 0;
  return (*p == 0xF0 && p[1] < 0x90) || (*p == 0xF4 && p[1] > 0x8F) ? 0 : n;
}

/* The four hexadecimal digits behind \u; -1: they are none. */
static int unit(const char *p, const char *end) {
  int v = 0;
  if (end - p < 4) return -1;
  for (int i = 0; i < 4; i++) {
    int d = p[i] >= '0' && p[i] <= '9' ? p[i] - '0' : (p[i] | 32) >= 'a' && (p[i] | 32) <= 'f' ? (p[i] | 32) - 'a' + 10 : -1;
    if (d < 0) return -1;
    v = 16 * v + d;
  }
  return v;
}

/* The character that \uXXXX (or two of them) stands for; *n: how long the text is.  0: none. */
static int code_point(const char *p, const char *end, int *n) {
  int high = unit(p + 2, end);
  *n = 6;
  if (high < 0xD800 || high > 0xDFFF) return high < 0 ? 0 : high;
  if (high > 0xDBFF || end - p < 12 || p[6] != '\\' || p[7] != 'u') return 0;
  int low = unit(p + 8, end);
  *n = 12;
  return low < 0xDC00 || low > 0xDFFF ? 0 : 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static int skip_escape(struct reading *r) {
  int n = 2;
  char c = r->end - r->at > 1 ? r->at[1] : 0;
  if (c == 'u') {
    if (!code_point(r->at, r->end, &n)) return refuse(r, r->at, "this escape is no character");
  } else if (!c || !strchr("\"\\/bfnrt", c)) return refuse(r, r->at, "this escape is not known");
  r->at += n;
  return CI_OK;
}

static int skip_string(struct reading *r) {
  const char *begin = r->at++;
  for (;;) {
    while (r->at < r->end && plain(*r->at)) r->at++;
    if (r->at >= r->end) return refuse(r, begin, "the string does not end");
    if (*r->at == '"') break;
    if (*r->at == '\\') {
      int rc = skip_escape(r);
      if (rc < 0) return rc;
      continue;
    }
    int n = (unsigned char)*r->at < 32 ? 0 : character((const unsigned char *)r->at, (const unsigned char *)r->end);
    if (!n) return refuse(r, r->at, (unsigned char)*r->at < 32 ? "a control character in a string" : "a string that is not UTF-8");
    r->at += n;
  }
  r->at++;
  return CI_OK;
}

/* ---- Numbers and words ---- */

static bool digit(char c) { return c >= '0' && c <= '9'; }

static bool skip_digits(struct reading *r) {
  const char *from = r->at;
  while (digit(peek(r))) r->at++;
  return r->at > from;
}

static bool skip_word(struct reading *r, const char *word) {
  size_t n = strlen(word);
  if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n)) return false;
  r->at += n;
  return true;
}

static int skip_number(struct reading *r) {
  const char *begin = r->at;
  if (peek(r) == '-') r->at++;
  if (skip_word(r, "Infinity")) return CI_OK;
  bool fine = peek(r) == '0' ? (r->at++, true) : skip_digits(r);
  if (fine && peek(r) == '.') r->at++, fine = skip_digits(r);
  if (fine && (peek(r) | 32) == 'e') {
    r->at++;
    if (peek(r) == '+' || peek(r) == '-') r->at++;
    fine = skip_digits(r);
  }
  if (digit(peek(r))) fine = false; /* 012 */
  return fine ? CI_OK : refuse(r, begin, "a number was expected here");
}

static int skip_name(struct reading *r) {
  static const char *const words[] = {"true", "false", "null", "NaN", "Infinity"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (skip_word(r, words[i])) return CI_OK;
  return refuse(r, r->at, r->at < r->end ? "a value was expected here" : "it ends where a value was expected");
}

/* ---- Values ---- */

static int read_value(struct reading *r);

static js_id add(struct reading *r) {
  js_doc *j = r->j;
  if (j->n == j->room) {
    size_t room = j->room ? 2 * j->room : 256;
    struct js_value *bigger = realloc(j->values, room * sizeof *bigger);
    if (!bigger) return UINT32_MAX;
    j->values = bigger;
    j->room = room;
  }
  j->values[j->n] = (struct js_value){.at = (uint32_t)(r->at - j->source->text)};
  return (js_id)j->n++;
}

static bool same_text(const js_doc *j, js_id a, js_id b) {
  return js_len(j, a) == js_len(j, b) && !memcmp(js_begin(j, a), js_begin(j, b), js_len(j, a));
}

static int by_text(const void *a, const void *b, void *context) {
  const js_doc *j = context;
  const struct js_value *x = &j->values[*(const js_id *)a], *y = &j->values[*(const js_id *)b];
  if (x->len != y->len) return x->len < y->len ? -1 : 1;
  int order = memcmp(j->source->text + x->at, j->source->text + y->at, x->len);
  return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* The second of two equal keys among many, or 0. */
static int find_double(js_doc *j, js_id object, js_id *twice) {
  size_t n = 0;
  js_id *keys = malloc((js_size(j, object) + 1) * sizeof *keys);
  if (!keys) return out_of_memory();
  for (js_id k = js_first(object); n < js_size(j, object); k = js_next(j, k + 1)) keys[n++] = k;
  qsort_r(keys, n, sizeof *keys, by_text, j);
  for (size_t i = 1; i < n && !*twice; i++)
    if (same_text(j, keys[i - 1], keys[i])) *twice = keys[i];
  free(keys);
  return CI_OK;
}

/* The same among few. */
static js_id find_double_of_few(const js_doc *j, js_id object) {
  js_id keys[FEW];
  size_t n = 0;
  for (js_id k = js_first(object); n < js_size(j, object); k = js_next(j, k + 1)) {
    for (size_t i = 0; i < n; i++)
      if (same_text(j, keys[i], k)) return k;
    keys[n++] = k;
  }
  return 0;
}

static int check_keys(struct reading *r, js_id object) {
  js_id twice = 0;
  int rc = CI_OK;
  if (js_size(r->j, object) <= FEW) twice = find_double_of_few(r->j, object);
  else rc = find_double(r->j, object, &twice);
  return twice ? refuse(r, js_begin(r->j, twice), "this key stands twice in its object") : rc;
}

static int read_key(struct reading *r) {
  if (peek(r) != '"') return refuse(r, r->at, "a key in quotes was expected here");
  int rc = read_value(r);
  if (rc < 0) return rc;
  skip_blanks(r);
  if (peek(r) != ':') return refuse(r, r->at, "':' was expected here");
  r->at++;
  skip_blanks(r);
  return CI_OK;
}

/* Elements or members up to the closing bracket. */
static int read_list(struct reading *r, js_id list, char close) {
  int rc = CI_OK;
  uint32_t n = 0;
  if (++r->depth > DEEPEST) return refuse(r, r->at, "it is nested too deep");
  r->at++;
  skip_blanks(r);
  for (bool more = peek(r) != close; more; n++) {
    if (close == '}') rc = read_key(r);
    if (rc >= 0) rc = read_value(r);
    if (rc < 0) return rc;
    skip_blanks(r);
    more = peek(r) == ',';
    if (!more && peek(r) != close) return refuse(r, r->at, "',' or a closing bracket was expected here");
    if (more) r->at++;
    skip_blanks(r);
  }
  r->at++;
  r->depth--;
  r->j->values[list].n = n;
  return close == '}' && n > 1 ? check_keys(r, list) : CI_OK;
}

static int read_value(struct reading *r) {
  js_id v = add(r);
  int rc;
  if (v == UINT32_MAX) return out_of_memory();
  switch (peek(r)) {
    case '{': rc = read_list(r, v, '}'); break;
    case '[': rc = read_list(r, v, ']'); break;
    case '"': rc = skip_string(r); break;
    case '-': case '0' ... '9': rc = skip_number(r); break;
    default: rc = skip_name(r); break;
  }
  struct js_value *value = &r->j->values[v];
  value->len = (uint32_t)(r->at - r->j->source->text) - value->at;
  value->next = (js_id)r->j->n;
  return rc;
}

int js_read(js_doc *j, const source *s) {
  *j = (js_doc){.source = s, .seen = {s->text, s->first_line, 1}};
  struct reading r = {j, s->text, s->text + s->len, 0};
  if (s->len >= UINT32_MAX) return source_fail(s, j->seen, "the text has 4 GiB or more");
  if (s->len >= 3 && !memcmp(s->text, "\xEF\xBB\xBF", 3)) r.at += 3; /* byte order mark */
  skip_blanks(&r);
  int rc = read_value(&r);
  skip_blanks(&r);
  return rc >= 0 && r.at < r.end ? refuse(&r, r.at, "the end of the text was expected here") : rc;
}

void js_free(js_doc *j) {
  for (struct js_text *t = j->decoded, *next; t; t = next) {
    next = t->next;
    free(t);
  }
  free(j->values);
}

/* ---- Looking at it ---- */

enum js_kind js_kind(const js_doc *j, js_id v) {
  const char *text = js_begin(j, v);
  switch (*text) {
    case '{': return JS_OBJECT;
    case '[': return JS_ARRAY;
    case '"': return JS_STRING;
    case 't': return JS_TRUE;
    case 'f': return JS_FALSE;
    case 'n': return JS_NULL;
    case 'N': case 'I': return JS_NO_NUMBER;
    default: return text[0] == '-' && text[1] == 'I' ? JS_NO_NUMBER : JS_NUMBER;
  }
}

bool js_says(const js_doc *j, js_id string, const char *text) {
  size_t n = strlen(text);
  return js_len(j, string) == n + 2 && !memcmp(js_begin(j, string) + 1, text, n);
}

js_id js_member(const js_doc *j, js_id object, const char *key) {
  if (js_kind(j, object) != JS_OBJECT) return 0;
  js_id k = js_first(object);
  for (uint32_t i = 0; i < js_size(j, object); i++, k = js_next(j, k + 1))
    if (js_says(j, k, key)) return k + 1;
  return 0;
}

static char *encode(char *out, int c) {
  if (c < 0x80) return *out++ = (char)c, out;
  if (c < 0x800) *out++ = (char)(0xC0 | c >> 6);
  else {
    if (c < 0x10000) *out++ = (char)(0xE0 | c >> 12);
    else {
      *out++ = (char)(0xF0 | c >> 18);
      *out++ = (char)(0x80 | (c >> 12 & 0x3F));
    }
    *out++ = (char)(0x80 | (c >> 6 & 0x3F));
  }
  *out++ = (char)(0x80 | (c & 0x3F));
  return out;
}

static size_t decode(char *out, const char *p, const char *end) {
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  char *o = out;
  while (p < end) {
    int n = 1;
    if (*p != '\\') *o++ = *p;
    else if (p[1] == 'u') o = encode(o, code_point(p, end, &n));
    else {
      const char *known = strchr(from, p[1]);
      *o++ = known ? to[known - from] : p[1];
      n = 2;
    }
    p += n;
  }
  *o = 0;
  return (size_t)(o - out);
}

const char *js_string(js_doc *j, js_id string, size_t *len, bool *is_plain) {
  const char *text = js_begin(j, string) + 1;
  size_t n = js_len(j, string) - 2;
  *is_plain = !memchr(text, '\\', n);
  *len = n;
  if (*is_plain) return text;
  struct js_text *copy = malloc(sizeof *copy + n + 1);
  if (!copy) {
    out_of_memory();
    return NULL;
  }
  copy->next = j->decoded;
  j->decoded = copy;
  *len = decode(copy->text, text, text + n);
  return copy->text;
}

static int characters(const char *from, const char *to) {
  int n = 0;
  for (; from < to; from++) n += ((unsigned char)*from & 0xC0) != 0x80;
  return n;
}

position js_place(js_doc *j, js_id v) {
  const char *to = js_begin(j, v);
  position p = j->seen;
  if (to < p.at) p = (position){j->source->text, j->source->first_line, 1};
  for (const char *eol; (eol = memchr(p.at, '\n', (size_t)(to - p.at))); p.line++) {
    p.at = eol + 1;
    p.column = 1;
  }
  p.column += characters(p.at, to);
  p.at = to;
  return j->seen = p;
}
