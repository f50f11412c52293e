/* constrint space: what a search space is like. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compact.h"
#include "print.h"
#include "solver_commands.h"

/* ---- What both outputs tell ---- */

struct extent { int64_t lowest, highest; };

static struct extent extent_of(const int64_t *values, size_t n) {
  struct extent e = {values[0], values[0]};
  for (size_t i = 1; i < n; i++) {
    if (values[i] < e.lowest) e.lowest = values[i];
    if (values[i] > e.highest) e.highest = values[i];
  }
  return e;
}

/* How many values were declared; 0: a saved form does not tell. */
static size_t declared(const struct session *s, size_t var) {
  return s->model ? ci_model_listed(s->model, var, NULL, NULL, NULL, NULL) : 0;
}

/* ---- For people ---- */

static void print_grouped(const char *decimal) {
  for (size_t left = strlen(decimal); left; left--) {
    putchar(*decimal++);
    if (left > 1 && left % 3 == 1) putchar(',');
  }
}

static void print_bytes(uint64_t n) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  double amount = (double)n;
  int unit = 0;
  for (; amount >= 1000 && unit < 4; unit++) amount /= 1024;
  printf(unit && amount < 10 ? "%.1f %s" : "%.0f %s", amount, units[unit]);
}

static void print_form(const struct session *s) {
  ci_space_info info;
  ci_space_info_of(s->space, &info);
  printf("form        %zu nodes, %zu edges, ", info.nodes, info.edges);
  print_bytes(info.bytes);
  if (info.peak_bytes) fputs(", peak ", stdout), print_bytes(info.peak_bytes);
  printf("\ntime        %.3g ms\n", 1e3 * info.seconds);
}

static void print_order(const struct session *s) {
  const uint32_t *order = ci_space_order(s->space);
  size_t n = ci_space_vars(s->space);
  fputs("order      ", stdout);
  for (size_t i = 0; i < n; i++) printf(" %s", ci_space_var_name(s->space, order[i]));
  putchar('\n');
}

static void print_value(const struct session *s, size_t var, int64_t value) {
  const char *label = ci_space_label(s->space, var, value);
  if (label) fputs(label, stdout);
  else printf("%" PRId64, value);
}

/* The first few spelt out; more than that of numbers by their range. */
static void print_range(const struct session *s, size_t var) {
  enum { SPELT = 8 };
  const int64_t *values;
  size_t n = ci_space_values(s->space, var, &values);
  if (n > SPELT && !ci_space_label(s->space, var, values[0])) {
    struct extent e = extent_of(values, n);
    printf("%" PRId64 "..%" PRId64, e.lowest, e.highest);
    return;
  }
  for (size_t i = 0; i < n && i < SPELT; i++) {
    if (i) fputs(", ", stdout);
    print_value(s, var, values[i]);
  }
  if (n > SPELT) fputs(", ...", stdout);
}

static void print_variable(const struct session *s, size_t var, int width) {
  const int64_t *values;
  size_t n = ci_space_values(s->space, var, &values), all = declared(s, var);
  int part = ci_space_part(s->space, var);
  char count[48], name[16];
  snprintf(count, sizeof count, all > n ? "%zu of %zu" : "%zu", n, all);
  snprintf(name, sizeof name, part < 0 ? "fixed" : "%d", part + 1);
  printf("%-*s  %-6s%-14s", width, ci_space_var_name(s->space, var), name, count);
  print_range(s, var);
  putchar('\n');
}

static void print_variables(const struct session *s) {
  int width = 8;
  for (size_t v = 0; v < ci_space_vars(s->space); v++) {
    size_t len = strlen(ci_space_var_name(s->space, v));
    if (len > (size_t)width) width = len > 40 ? 40 : (int)len;
  }
  printf("\n%-*s  %-6s%-14s%s\n", width, "variable", "part", "values", "range");
  for (size_t v = 0; v < ci_space_vars(s->space); v++) print_variable(s, v, width);
}

static int print_text(const struct session *s, const char *size) {
  ci_space_info info;
  ci_space_info_of(s->space, &info);
  fputs("size        ", stdout);
  print_grouped(size);
  printf("\nparts       %zu\n", info.parts);
  print_form(s);
  if (!strcmp(size, "0")) return EXIT_DONE;
  print_order(s);
  print_variables(s);
  return EXIT_DONE;
}

/* ---- JSON ---- */

static json_t *variable_json(const struct session *s, size_t var) {
  const int64_t *values;
  size_t n = ci_space_values(s->space, var, &values);
  json_t *j = json_pack("{s:s, s:I}", "name", ci_space_var_name(s->space, var), "values", (json_int_t)n);
  if (n) {
    struct extent e = extent_of(values, n);
    json_object_set_new(j, "lowest", json_integer(e.lowest));
    json_object_set_new(j, "highest", json_integer(e.highest));
  }
  if (ci_space_part(s->space, var) >= 0) json_object_set_new(j, "part", json_integer(ci_space_part(s->space, var) + 1));
  return j;
}

static json_t *form_json(const struct session *s) {
  ci_space_info i;
  ci_space_info_of(s->space, &i);
  return json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "levels", (json_int_t)i.levels, "nodes", (json_int_t)i.nodes, "edges",
                   (json_int_t)i.edges, "bytes", (json_int_t)i.bytes, "peak_bytes", (json_int_t)i.peak_bytes, "seconds",
                   i.seconds);
}

static int print_space_json(const struct session *s, const char *size) {
  ci_space_info info;
  ci_space_info_of(s->space, &info);
  json_t *order = json_array(), *variables = json_array();
  size_t n = strcmp(size, "0") ? ci_space_vars(s->space) : 0;
  for (size_t i = 0; i < n; i++)
    json_array_append_new(order, json_string(ci_space_var_name(s->space, ci_space_order(s->space)[i])));
  for (size_t v = 0; v < ci_space_vars(s->space); v++) json_array_append_new(variables, variable_json(s, v));
  return print_json(s, json_pack("{s:i, s:s, s:I, s:o, s:o, s:o}", "version", 1, "size", size, "parts",
                                 (json_int_t)info.parts, "order", order, "variables", variables, "form", form_json(s)),
                    EXIT_DONE);
}

/* ---- The command ---- */

static int describe(const struct session *s) {
  char *size;
  int rc = s->options.save ? ci_space_save(s->space, s->options.save) : CI_OK;
  if (rc == CI_OK) rc = ci_space_size(s->space, &size);
  if (rc < 0) return report_error(&s->options, rc);
  int code = s->options.json ? print_space_json(s, size) : print_text(s, size);
  free(size);
  return code;
}

int command_space(int argc, char **argv) {
  static const struct usage usage = {
    "space", "FILE", "Prints how many configurations there are, which values of each variable occur in any,\n"
    "which variables depend on each other (parts), and the compact form's size.",
    TAKES_FORM | TAKES_SAVE | ORDERS_INDEX | NO_SEED};
  struct session s;
  int code = compact_session(&s, &usage, argc, argv);
  return session_close(&s, code == CONTINUE ? describe(&s) : code);
}
