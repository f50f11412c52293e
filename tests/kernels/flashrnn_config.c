/* Configurations: text and back, bad texts, the default's legality on any
 * device, and plans that refuse what is not legal. */
#include "flashrnn_cases.h"
#include "test.h"

#include <omp.h>

static case_random dice;

static flashrnn_problem random_problem(void) {
  static const int64_t D[] = {16, 24, 64, 72, 128, 256, 768, 1024, 4096, 16384};
  return (flashrnn_problem){(flashrnn_function)case_below(&dice, 4), (flashrnn_pass)case_below(&dice, 3),
                            FLASHRNN_FP32, 1 + case_below(&dice, case_below(&dice, 2) ? 4 : 300),
                            1 + case_below(&dice, 100), 1 + case_below(&dice, 16), D[case_below(&dice, 10)]};
}

static cpu_device random_device(void) {
  static const char *const names[] = {"x86-64", "x86-64-avx2", "x86-64-avx512"};
  const int set = (int)case_below(&dice, 3);
  cpu_device d = {.cores = 1 + case_below(&dice, 96), .vector_bytes = 16 << set, .vector_registers = set == 2 ? 32 : 16,
                  .l1d_bytes = (32 + 16 * case_below(&dice, 2)) << 10, .l2_bytes = (256 << case_below(&dice, 4)) << 10};
  snprintf(d.architecture, sizeof d.architecture, "%s", names[set]);
  return d;
}

static void default_is_legal(void) {
  for (int i = 0; i < 2000; i++) {
    const flashrnn_problem p = random_problem();
    const cpu_device d = random_device();
    cpu_config c;
    char why[CPU_WHY];
    CHECKF(cpu_default(&d, &p, &c, why) == 0, "%s", why);
    CHECKF(cpu_legal(&d, &p, &c, why), "%s", why);
  }
}

static void text_and_back(void) {
  for (int i = 0; i < 2000; i++) {
    int64_t values[CPU_PARAMETERS];
    cpu_config c, again;
    char text[256], why[CPU_WHY];
    for (int k = 0; k < CPU_PARAMETERS; k++) values[k] = case_below(&dice, 100000) - 50000;
    memcpy(&c, values, sizeof c);
    cpu_config_format(&c, text, sizeof text);
    CHECKF(cpu_config_parse(&again, text, why) == 0, "%s: %s", text, why);
    CHECK(!memcmp(&c, &again, sizeof c));
  }
}

static void bad_texts(void) {
  static const char *const bad[] = {"", "unit_tile", "unit_tile=", "unit_tile=x", "unit_tile=1,unit_tile=1",
                                    "unknown=1", "unit_tile=1", "unit_tile=99999999999999999999", "=", ","};
  char text[256], why[CPU_WHY];
  cpu_config c = {1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    why[0] = 0;
    CHECKF(cpu_config_parse(&c, bad[i], why) == FLASHRNN_EINVAL && why[0], "\"%s\"", bad[i]);
  }
  cpu_config_format(&c, text, sizeof text);
  strcat(text, "x");
  CHECK(cpu_config_parse(&c, text, why) == FLASHRNN_EINVAL);
}

/* Each constraint is the first broken one somewhere. */
static void every_constraint_breaks(void) {
  static const char *const names[] = {
      "whole_vectors", "tile_within_head", "whole_panels", "tile_in_registers", "tile_in_l1", "panel_in_l2",
      "threads_on_cores", "heads_for_threads", "units_for_threads", "rows_for_tile", "rows_for_threads",
      "in_place_whole", "in_place_unroll", "in_place_prefetch"};
  enum { NAMES = sizeof names / sizeof *names };
  static const int64_t tiles[] = {8, 16, 32, 48, 64, 96}, vectors[] = {1, 2, 3, 4, 6};
  static const int64_t rows[] = {1, 2, 4, 6, 8, 12, 16}, prefetches[] = {0, 8, 32};
  int seen[NAMES] = {0}, legal = 0;
  for (int i = 0; i < 300000; i++) {
    const flashrnn_problem p = random_problem();
    const cpu_device d = random_device();
    const int64_t grid = case_below(&dice, 3) ? 2 : d.cores;
    cpu_config c = {tiles[case_below(&dice, 6)], vectors[case_below(&dice, 5)], rows[case_below(&dice, 7)],
                    case_below(&dice, 2) ? 4 : 1, 1 + case_below(&dice, grid), 1 + case_below(&dice, grid),
                    1 + case_below(&dice, grid), case_below(&dice, 2), prefetches[case_below(&dice, 3)]};
    char why[CPU_WHY];
    if (cpu_legal(&d, &p, &c, why)) legal++;
    for (int k = 0; k < NAMES; k++)
      if (!strncmp(why, names[k], strlen(names[k]))) seen[k]++;
  }
  for (int k = 0; k < NAMES; k++) CHECKF(seen[k], "%s", names[k]);
  CHECK(legal);
}

static void plans_refuse(void) {
  cpu_device d;
  cpu_config c;
  cpu_plan *plan;
  char why[CPU_WHY];
  const flashrnn_problem p = {FLASHRNN_LSTM, FLASHRNN_INFERENCE, FLASHRNN_FP32, 4, 3, 1, 32};
  flashrnn_problem odd = p;
  CHECK(!cpu_identify(&d, why) && !cpu_default(&d, &p, &c, why));
  odd.D = 20;
  CHECK(cpu_plan_new(&plan, &d, &odd, &c, why) == FLASHRNN_EINVAL && !plan && strstr(why, "D = 20"));
  odd.D = 16384, odd.B = 65536, odd.T = 1048576, odd.N = 4096;
  CHECK(cpu_plan_new(&plan, &d, &odd, &c, why) == FLASHRNN_EINVAL && !plan);
  c.unit_tile = 7;
  CHECK(cpu_plan_new(&plan, &d, &p, &c, why) == FLASHRNN_EINVAL && !plan && why[0]);
  d.l2_bytes = 0;
  CHECK(!cpu_legal(&d, &p, &c, why) && strstr(why, "l2_bytes"));
}

static void passes_are_kept_apart(void) {
  cpu_device d;
  cpu_config c;
  cpu_plan *plan;
  char why[CPU_WHY];
  const flashrnn_problem p = {FLASHRNN_LSTM, FLASHRNN_TRAINING, FLASHRNN_FP32, 1, 1, 1, 16};
  const flashrnn_forward none = {0};
  const flashrnn_backward nothing = {0};
  CHECK(!cpu_identify(&d, why) && !cpu_default(&d, &p, &c, why) && !cpu_plan_new(&plan, &d, &p, &c, why));
  CHECK(cpu_forward(plan, &none, why) == FLASHRNN_EINVAL);
  CHECK(cpu_backward(plan, &nothing, why) == FLASHRNN_EINVAL);
  cpu_plan_free(plan);
}

/* OpenMP gives a nested region one thread: the plan's barriers must not wait for more. */
static void inside_a_parallel_region(void) {
  const flashrnn_problem p = {FLASHRNN_GRU, FLASHRNN_TRAINING, FLASHRNN_FP32, 3, 5, 1, 64};
  cpu_device d;
  cpu_config c;
  CHECK(case_device(&d, 2, 16) && case_config(&d, &p, 2, &dice, &c));
  case_buffers b = case_inputs(&p, &dice);
  case_run(&d, &p, &c, &b);
  const float before = b.states[reference_states_size(&p) - 1];
  omp_set_max_active_levels(1);
#pragma omp parallel num_threads(2)
  {
#pragma omp single
    case_run(&d, &p, &c, &b);
  }
  CHECK(b.states[reference_states_size(&p) - 1] == before);
  case_release(&b);
}

static const struct test_case cases[] = {{"default is legal", default_is_legal},
                                         {"text and back", text_and_back},
                                         {"bad texts", bad_texts},
                                         {"every constraint breaks", every_constraint_breaks},
                                         {"plans refuse", plans_refuse},
                                         {"passes are kept apart", passes_are_kept_apart},
                                         {"inside a parallel region", inside_a_parallel_region},
                                         {NULL, NULL}};

int main(int argc, char **argv) {
  dice.state = case_seed();
  return test_main(cases, argc, argv);
}
