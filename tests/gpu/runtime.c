/* flashrnn_cuda.h: a training step on the device against the processor's, on a
 * stream, from a captured graph, from several threads; decoding with the states
 * kept on the device; what is no number; with a database, a tuned plan is loaded,
 * not compiled.  Needs a GPU (77 without) or the fake one.
 *
 * usage: gpu_runtime [DATABASE B T N D]: the database has lstm, bf16, training, plain of that size. */
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "gpu.h"
#include "step.h"
#include "tunedb.h"

static char **argument, folder[64];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static flashrnn_cuda *open_context(const char *database) {
  flashrnn_cuda *f;
  CHECKF(!flashrnn_cuda_open(&f, database), "%s", flashrnn_error());
  return f;
}

static cu_stream open_stream(void) {
  cu_stream s;
  CHECK(!gpu->cu.stream_new(&s, CU_STREAM_NON_BLOCKING));
  return s;
}

/* ---- Loaded, not compiled ---- */

static int is_mapped(const char *library) {
  char line[1024];
  int found = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  CHECK(maps);
  while (!found && fgets(line, sizeof line, maps)) found = strstr(line, library) != NULL;
  fclose(maps);
  return found;
}

/* Before anything is compiled here. */
static void tuned_is_loaded(void) {
  if (!argument[1]) return;
  flashrnn_cuda *f = open_context(argument[1]);
  flashrnn_cuda_plan *p;
  const flashrnn_problem problem = {FLASHRNN_LSTM, FLASHRNN_TRAINING, FLASHRNN_BF16, atoll(argument[2]), atoll(argument[3]), atoll(argument[4]), atoll(argument[5])};
  CHECKF(!*flashrnn_cuda_notice(f), "%s", flashrnn_cuda_notice(f));
  for (int i = 0; i < 3; i++) {
    const double start = now();
    CHECKF(!flashrnn_cuda_plan_new(&p, f, &(flashrnn_cuda_problem){.problem = problem}), "%s", flashrnn_error());
    const double seconds = now() - start;
    printf("plan in %.2f ms: %s, %s\n", 1e3 * seconds, flashrnn_match_name(flashrnn_cuda_plan_match(p)), flashrnn_cuda_plan_config(p));
    CHECKF(flashrnn_cuda_plan_match(p) == FLASHRNN_EXACT && !flashrnn_cuda_plan_compiled(p), "%s", flashrnn_cuda_plan_reason(p));
    flashrnn_cuda_plan_free(p);
    if (i) CHECKF(seconds <= 0.02, "%g s", seconds);
  }
  flashrnn_cuda_close(f);
  CHECK(!is_mapped("libnvrtc") && !is_mapped("libconstrint"));
}

/* What was compiled once needs no compiler again. */
static void compiled_once(void) {
  const flashrnn_cuda_problem problem = {.problem = {FLASHRNN_ELMAN, FLASHRNN_TRAINING, FLASHRNN_FP32, 2, 3, 1, 24}};
  char *named = getenv("CONSTRINT_NVRTC") ? strdup(getenv("CONSTRINT_NVRTC")) : NULL;
  for (int i = 0; i < 2; i++) {
    flashrnn_cuda *f = open_context("");
    flashrnn_cuda_plan *p;
    const double start = now();
    CHECKF(!flashrnn_cuda_plan_new(&p, f, &problem), "%s", flashrnn_error());
    printf("default in %.2f ms\n", 1e3 * (now() - start));
    CHECK(flashrnn_cuda_plan_match(p) == FLASHRNN_DEFAULT && flashrnn_cuda_plan_compiled(p) == !i);
    flashrnn_cuda_plan_free(p);
    flashrnn_cuda_close(f);
    setenv("CONSTRINT_NVRTC", "/nonexistent", 1);
  }
  if (named) setenv("CONSTRINT_NVRTC", named, 1);
  else unsetenv("CONSTRINT_NVRTC");
  free(named);
}

/* ---- A step of training ---- */

static void function_on_a_stream(flashrnn_function function) {
  flashrnn_cuda *f = open_context("");
  cu_stream stream = open_stream();
  step s = make_step(function, 3, 20, 2, 40);
  run_here(&s);
  plans p = make_plans(f, &s, 0);
  CHECK(flashrnn_cuda_plan_match(p.forward) == FLASHRNN_DEFAULT);
  poison_step(&s);
  CHECKF(!enqueue(&p, &s, 0, stream), "%s", flashrnn_error());
  CHECK(!gpu->cu.stream_wait(stream));
  check_step(&s);
  free_plans(&p);
  gpu->cu.stream_free(stream);
  flashrnn_cuda_close(f);
  drop_step(&s);
}

static void every_function(void) {
  for (int f = FLASHRNN_ELMAN; f <= FLASHRNN_SLSTM; f++) function_on_a_stream((flashrnn_function)f);
}

static void from_a_graph(void) {
  flashrnn_cuda *f = open_context("");
  cu_stream stream = open_stream();
  cu_graph graph;
  cu_graph_exec exec;
  step s = make_step(FLASHRNN_LSTM, 5, 12, 1, 64);
  run_here(&s);
  plans p = make_plans(f, &s, 0);
  CHECK(!gpu->cu.capture_begin(stream, CU_CAPTURE_THREAD));
  const int rc = enqueue(&p, &s, 0, stream);
  CHECKF(!gpu->cu.capture_end(stream, &graph) && !rc && !gpu->cu.graph_instantiate(&exec, graph, 0), "%s", flashrnn_error());
  for (int i = 0; i < 2; i++) {
    poison_step(&s);
    CHECK(!gpu->cu.graph_launch(exec, stream) && !gpu->cu.stream_wait(stream));
    check_step(&s);
  }
  gpu->cu.graph_exec_free(exec), gpu->cu.graph_free(graph), gpu->cu.stream_free(stream);
  free_plans(&p);
  flashrnn_cuda_close(f);
  drop_step(&s);
}

/* ---- Threads and streams ---- */

enum { THREADS = 4, ROUNDS = 3 };

typedef struct job {
  flashrnn_cuda *context;
  const plans *shared;  /* used by all at once, in workspaces of their own */
  step *step;
  cu_pointer workspace;
  cu_stream stream;
  int failed;
  char why[256];
} job;

/* Alternately by the shared plans and by plans of its own. */
static void *work(void *data) {
  job *j = data;
  for (int i = 0; i < ROUNDS && !j->failed; i++) {
    plans own = {NULL, NULL};
    flashrnn_cuda_problem problem = {.problem = j->step->problem};
    if (i % 2) j->failed = flashrnn_cuda_plan_new(&own.forward, j->context, &problem);
    problem.problem.pass = FLASHRNN_BACKWARD;
    if (i % 2 && !j->failed) j->failed = flashrnn_cuda_plan_new(&own.backward, j->context, &problem);
    if (!j->failed) j->failed = enqueue(i % 2 ? &own : j->shared, j->step, i % 2 ? 0 : j->workspace, j->stream);
    if (!j->failed) j->failed = gpu->cu.stream_wait(j->stream);
    free_plans(&own);
  }
  snprintf(j->why, sizeof j->why, "%s", flashrnn_error());
  return NULL;
}

static void threads_and_streams(void) {
  flashrnn_cuda *f = open_context("");
  pthread_t threads[THREADS];
  job jobs[THREADS];
  step steps[THREADS];
  for (int i = 0; i < THREADS; i++) {
    steps[i] = make_step(FLASHRNN_GRU, 4, 9, 2, 32);
    run_here(&steps[i]);
    poison_step(&steps[i]);
  }
  plans shared = make_plans(f, &steps[0], 1);
  for (int i = 0; i < THREADS; i++) {
    jobs[i] = (job){.context = f, .shared = &shared, .step = &steps[i], .stream = open_stream()};
    CHECK(!gpu->cu.memory_new(&jobs[i].workspace, workspace_of(&shared)));
    CHECK(!pthread_create(&threads[i], NULL, work, &jobs[i]));
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < THREADS; i++) {
    CHECKF(!jobs[i].failed, "%s", jobs[i].why);
    check_step(&steps[i]);
    drop_step(&steps[i]);
    gpu->cu.stream_free(jobs[i].stream), gpu->cu.memory_free(jobs[i].workspace);
  }
  free_plans(&shared);
  flashrnn_cuda_close(f);
}

/* ---- Decoding ---- */

/* One step captured, replayed for each input; the state stays where it is. */
static void decode(flashrnn_function function) {
  enum { B = 3, T = 6, N = 2, D = 24 };
  static const size_t gates[] = {1, 4, 3, 4};
  flashrnn_cuda *f = open_context("");
  flashrnn_cuda_plan *p;
  cu_stream stream = open_stream();
  cu_graph graph;
  cu_graph_exec exec;
  step s = make_step(function, B, T, N, D);
  run_here(&s);
  const size_t row = gates[function] * N * D;
  tensor Wx = make_tensor(B * row, 0), state = make_tensor(s.initial.n, 0);
  const flashrnn_cuda_problem one = {.problem = {function, FLASHRNN_INFERENCE, FLASHRNN_FP32, B, 1, N, D}};
  CHECKF(!flashrnn_cuda_plan_new(&p, f, &one), "%s", flashrnn_error());
  const flashrnn_cuda_step io = {.Wx = on_device(&Wx), .R = on_device(&s.R), .bias = on_device(&s.bias), .state = on_device(&state), .next = on_device(&state)};
  CHECK(!gpu->cu.capture_begin(stream, CU_CAPTURE_THREAD));
  const int rc = flashrnn_cuda_run_step(p, &io, stream);
  CHECKF(!gpu->cu.capture_end(stream, &graph) && !rc && !gpu->cu.graph_instantiate(&exec, graph, 0), "%s", flashrnn_error());
  for (size_t t = 0; t < T; t++) {
    for (size_t b = 0; b < B; b++) memcpy(Wx.here + b * row, s.Wx.here + (b * T + t) * row, row * sizeof(float));
    send(&Wx);
    CHECK(!gpu->cu.graph_launch(exec, stream) && !gpu->cu.stream_wait(stream));
  }
  memcpy(state.here, s.last.here, s.last.n * sizeof(float));
  CHECKF(error_of(&state) <= 2e-5, "%g", error_of(&state));
  gpu->cu.graph_exec_free(exec), gpu->cu.graph_free(graph), gpu->cu.stream_free(stream);
  flashrnn_cuda_plan_free(p);
  drop_tensor(&Wx), drop_tensor(&state);
  flashrnn_cuda_close(f);
  drop_step(&s);
}

static void decoding(void) {
  for (int f = FLASHRNN_ELMAN; f <= FLASHRNN_SLSTM; f++) decode((flashrnn_function)f);
}

/* ---- What is no number ---- */

/* A legal configuration of this family and exchange. */
static fr_config config_of(const fr_device *d, const fr_problem *p, fr_int family, fr_int exchange) {
  char why[GPU_WHY] = "";
  fr_config c;
  CHECKF(!fr_default(d, p, &c, why), "%s", why);
  c.family = family, c.exchange = exchange;
  if (family == FR_RESIDENT) c.units = 0, c.batch = 8, c.split = 1, c.staging = 1, c.ring = 2, c.warps = fr_resident_warps(p->D, p->pass);
  else if (family != FR_ALTERNATING) c.units = 16, c.batch = 8, c.warps = c.split = 2;
  if (family == FR_CLUSTERED) c.cluster = 2; /* of 16 units: a head of 32 */
  if (family == FR_STREAMING) c.ring = 3, c.r_stream = 16; /* in fp32 a ring of 2 needs local memory: compile.c holds this one */
  while (family != FR_RESIDENT && c.warps < 8 && !fr_legal(d, p, &c, why)) c.warps = c.split *= 2;
  CHECKF(fr_legal(d, p, &c, why), "%s", why);
  return c;
}

/* A database in which it is the problem's winner. */
static void record(const char *path, const flashrnn_problem *problem, fr_int family, fr_int exchange) {
  const fr_problem p = {problem->function, problem->pass, problem->dtype, 0, problem->B, problem->T, problem->N, problem->D};
  fr_device d;
  char text[512], key[200], *canonical;
  tdb *db;
  fr_device_of(gpu, &d);
  const fr_config c = config_of(&d, &p, family, exchange);
  fr_config_format(&c, text, sizeof text);
  snprintf(key, sizeof key, "B=%lld,D=%lld,N=%lld,dtype=fp32,function=lstm,options=plain,pass=training", p.B, p.D, p.N);
  CHECK(!tdb_canonical(&canonical, text) && !tdb_open(&db, path, TDB_WRITE));
  const tdb_identity who = {GPU_KERNEL, GPU_VERSION, key, "T=8", d.name, d.architecture, d.sm_count};
  const tdb_origin origin = {.spec_hash = "", .source_hash = fr_source_hash(), .driver = "", .compiler = ""};
  const tdb_trial trial = {.config = canonical, .phase = TDB_PHASE_CONFIRM, .seconds = 1, .message = "", .artifact = ""};
  CHECKF(!tdb_record(db, &who, &origin, &trial, NULL), "%s", tdb_error());
  tdb_close(db);
  free(canonical);
}

/* The rows but `row` of both planes are the processor's, and finite; that row is no number in its last step. */
static void check_rows(const step *s, int64_t row) {
  const flashrnn_problem *p = &s->problem;
  const int64_t cells = p->T * p->N * p->D;
  float *x = malloc(s->states.n * sizeof *x);
  CHECK(x && !gpu->cu.copy_out(x, s->states.there, s->states.n * sizeof *x, NULL) && !gpu->cu.synchronize());
  for (int64_t i = 0; i < (int64_t)s->states.n; i++) {
    const int64_t b = i / cells % p->B;
    if (b != row) CHECKF(fabsf(x[i] - s->states.here[i]) <= 1e-4f, "%lld: %g, not %g", (long long)i, x[i], s->states.here[i]);
    else if (i % cells >= cells - p->N * p->D) CHECKF(isnan(x[i]), "%lld: %g", (long long)i, x[i]);
  }
  free(x);
}

/* pytorch#177016 (a NaN reaches another sequence), and the exchange's own trap: one batch row of the
 * initial state, or of the inputs, is all ones, a NaN: the word that a mailbox waits to see replaced.
 * Nobody waits for ever, and no other row sees it. */
static void all_ones(fr_int family, fr_int exchange, int inputs) {
  char path[128];
  step s = make_step(FLASHRNN_LSTM, 9, 8, 1, 32); /* 9 rows: seven of the second tile are padding; wider heads in fp32 spill */
  run_here(&s);
  snprintf(path, sizeof path, "%s/%d-%d-%d.db", folder, (int)family, (int)exchange, inputs);
  record(path, &s.problem, family, exchange);
  flashrnn_cuda *f = open_context(path);
  flashrnn_cuda_plan *p;
  CHECKF(!flashrnn_cuda_plan_new(&p, f, &(flashrnn_cuda_problem){.problem = s.problem}), "%s", flashrnn_error());
  CHECKF(flashrnn_cuda_plan_match(p) == FLASHRNN_EXACT, "%s", flashrnn_cuda_plan_reason(p));
  const tensor *poisoned = inputs ? &s.Wx : &s.initial;
  const int64_t row = inputs ? 4 * s.problem.T * s.problem.D : s.problem.D; /* floats of a batch row */
  for (int plane = 0; plane < (inputs ? 1 : 2); plane++) memset(poisoned->here + (plane * s.problem.B + 3) * row, 0xff, (size_t)row * sizeof(float));
  send(poisoned);
  const flashrnn_cuda_forward io = {.Wx = on_device(&s.Wx), .R = on_device(&s.R), .bias = on_device(&s.bias), .initial = on_device(&s.initial),
                                    .states = on_device(&s.states), .saved = (void *)(uintptr_t)s.saved_there};
  CHECKF(!flashrnn_cuda_run_forward(p, &io, NULL), "%s", flashrnn_error());
  CHECK(!gpu->cu.synchronize());
  check_rows(&s, 3);
  flashrnn_cuda_plan_free(p);
  flashrnn_cuda_close(f);
  drop_step(&s);
}

static void no_numbers(void) {
  static const fr_int ways[][2] = {{FR_RESIDENT, FR_LOCAL}, {FR_CLUSTERED, FR_PUSH}, {FR_CLUSTERED, FR_BARRIER}, {FR_GRID, FR_MAILBOX},
                                   {FR_GRID, FR_BARRIER}, {FR_STREAMING, FR_MAILBOX}, {FR_STREAMING, FR_BARRIER}, {FR_ALTERNATING, FR_LOCAL}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    for (int inputs = 0; inputs < 2; inputs++) all_ones(ways[i][0], ways[i][1], inputs);
}

static const struct test_case cases[] = {{"tuned is loaded", tuned_is_loaded}, {"compiled once", compiled_once},
                                         {"every function on a stream", every_function}, {"from a graph", from_a_graph},
                                         {"threads and streams", threads_and_streams}, {"decoding", decoding},
                                         {"no numbers", no_numbers}, {NULL, NULL}};

static void remove_folder(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command)) fprintf(stderr, "%s stays behind\n", folder);
}

int main(int argc, char **argv) {
  char why[GPU_WHY];
  if (argc != 1 && argc != 6) return 2;
  argument = argv;
  if (gpu_open(&gpu, why)) {
    printf("skipped: %s\n", why);
    return TEST_SKIP;
  }
  strcpy(folder, "/tmp/gpu-runtime-XXXXXX");
  if (!mkdtemp(folder)) return 1;
  atexit(remove_folder);
  setenv("XDG_CACHE_HOME", folder, 1); /* nothing compiled before is found */
  const int failed = test_main(cases, 1, argv);
  gpu_close(gpu);
  return failed;
}
