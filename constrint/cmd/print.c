/* Printing solutions. */
#include "print.h"
#include <inttypes.h>

void print_values(const struct session *s) {
  for (size_t v = 0; v < ci_model_vars(s->model); v++) {
    const char *label = ci_model_label(s->model, v, s->values[v]);
    if (ci_model_hidden(s->model, v)) continue;
    printf("%s = ", ci_model_var_name(s->model, v));
    if (label) puts(label);
    else printf("%" PRId64 "\n", s->values[v]);
  }
}

json_t *values_json(const struct session *s) {
  json_t *all = json_object();
  for (size_t v = 0; v < ci_model_vars(s->model); v++) {
    const char *label = ci_model_label(s->model, v, s->values[v]);
    if (ci_model_hidden(s->model, v)) continue;
    json_t *value = label ? json_string(label) : json_integer(s->values[v]);
    if (json_object_set_new(all, ci_model_var_name(s->model, v), value) == 0) continue;
    json_decref(all);
    return NULL;
  }
  return all;
}

json_t *answer_json(const char *answer) { return json_pack("{s:i, s:s}", "version", 1, "answer", answer); }

int print_json(const struct session *s, json_t *answer, int code) {
  bool fine = answer && json_dumpf(answer, stdout, JSON_INDENT(1)) == 0;
  json_decref(answer);
  if (fine) putchar('\n');
  else if (!ferror(stdout)) {
    fprintf(stderr, "constrint %s: out of memory while the answer is printed\n", s->options.command);
    return EXIT_ENVIRONMENT;
  }
  return code;
}
