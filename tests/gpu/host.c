/* The host's side of flashrnn_cuda.h on a driver that records, refuses and fails
 * on demand: what a run enqueues, what a capture forbids, what happens when the
 * device is full, memory ends, a compiler is missing or a file is damaged. */
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_cuda.h"
#include "gpu.h"
#include "step.h"
#include "tunedb.h"

static char folder[64], path[128];

/* A database and a cache of their own. */
static void fresh(void) {
  static int n;
  char cache[128];
  snprintf(path, sizeof path, "%s/%d.db", folder, n);
  snprintf(cache, sizeof cache, "%s/cache%d", folder, n++);
  CHECK(!setenv("XDG_CACHE_HOME", cache, 1) && !setenv("CONSTRINT_NVRTC", "libcuda.so.1", 1));
  fake_reset();
}

static flashrnn_problem sample(void) {
  return (flashrnn_problem){FLASHRNN_LSTM, FLASHRNN_TRAINING, FLASHRNN_FP32, .B = 8, .T = 4, .N = 18, .D = 128};
}

#define SAMPLE "B=8,D=128,N=18,dtype=fp32,function=lstm,options=plain,pass=training"

/* A legal configuration of the grid family: 144 blocks, more than there are SMs. */
static char *grid_config(fr_config *out) {
  fr_device d;
  char text[512], why[GPU_WHY] = "", *canonical;
  const fr_problem p = {FR_LSTM, FR_TRAINING, FR_FP32, 0, 8, 4, 18, 128};
  fr_config c;
  fr_device_of(gpu, &d);
  CHECK(!fr_default(&d, &p, &c, why));
  c.family = FR_GRID, c.units = 16, c.batch = 8, c.warps = c.split = 4, c.exchange = FR_MAILBOX, c.r_shared = 0;
  while (c.warps < 16 && !fr_legal(&d, &p, &c, why)) c.warps = c.split *= 2; /* each with less of R */
  CHECKF(fr_legal(&d, &p, &c, why), "%s", why);
  fr_config_format(&c, text, sizeof text);
  CHECK(!tdb_canonical(&canonical, text));
  if (out) *out = c;
  return canonical;
}

typedef struct record {
  const char *problem, *config, *source, *device;
  const void *code;
  size_t size;
} record;

static void write_record(record r) {
  char *hash = NULL;
  tdb *db;
  CHECK(!tdb_open(&db, path, TDB_WRITE));
  if (r.code) CHECK(!tdb_put_artifact(db, r.code, r.size, &hash));
  const tdb_identity who = {GPU_KERNEL, GPU_VERSION, r.problem ? r.problem : SAMPLE, "T=100", r.device ? r.device : "Fake GPU 0", "sm_90a", 132};
  const tdb_origin origin = {.spec_hash = "", .source_hash = r.source ? r.source : fr_source_hash(), .driver = "", .compiler = ""};
  const tdb_trial trial = {.config = r.config, .phase = TDB_PHASE_CONFIRM, .seconds = 1, .message = "", .artifact = hash ? hash : ""};
  CHECKF(!tdb_record(db, &who, &origin, &trial, NULL), "%s", tdb_error());
  tdb_close(db);
  free(hash);
}

static flashrnn_cuda *open_context(void) {
  flashrnn_cuda *f;
  CHECKF(!flashrnn_cuda_open(&f, access(path, F_OK) ? "" : path), "%s", flashrnn_error());
  return f;
}

static flashrnn_cuda_plan *plan_of(flashrnn_cuda *f, const flashrnn_problem *p) {
  flashrnn_cuda_plan *plan;
  CHECKF(!flashrnn_cuda_plan_new(&plan, f, &(flashrnn_cuda_problem){.problem = *p}), "%s", flashrnn_error());
  return plan;
}

static void done(flashrnn_cuda *f, flashrnn_cuda_plan *p) {
  flashrnn_cuda_plan_free(p);
  flashrnn_cuda_close(f);
}

/* A plan of the sample: what must come of it. */
static void expect(flashrnn_match match, int compiled, const char *family, const char *reason) {
  const flashrnn_problem p = sample();
  flashrnn_cuda *f = open_context();
  flashrnn_cuda_plan *plan = plan_of(f, &p);
  const char *why = flashrnn_cuda_plan_reason(plan);
  CHECKF(flashrnn_cuda_plan_match(plan) == match, "%s: %s", flashrnn_match_name(flashrnn_cuda_plan_match(plan)), why);
  CHECKF(flashrnn_cuda_plan_compiled(plan) == compiled, "%d", !compiled);
  CHECKF(strstr(flashrnn_cuda_plan_config(plan), family), "%s", flashrnn_cuda_plan_config(plan));
  CHECKF(strstr(why, reason), "%s", why);
  done(f, plan);
}

/* ---- What a run enqueues ---- */

static int run_once(const flashrnn_cuda_plan *plan, const step *s, cu_pointer workspace, cu_stream stream) {
  const plans p = {(flashrnn_cuda_plan *)plan, NULL};
  const flashrnn_cuda_forward io = {.Wx = on_device(&s->Wx), .R = on_device(&s->R), .bias = on_device(&s->bias), .states = on_device(&s->states),
                                    .saved = (void *)(uintptr_t)s->saved_there, .workspace = (void *)(uintptr_t)workspace};
  return flashrnn_cuda_run_forward(p.forward, &io, stream);
}

static step sample_step(void) {
  const flashrnn_problem p = sample();
  return make_step(p.function, p.B, p.T, p.N, p.D);
}

static void default_is_a_launch_a_step(void) {
  const fake_event *log;
  fresh();
  const flashrnn_problem p = sample();
  flashrnn_cuda *f = open_context();
  flashrnn_cuda_plan *plan = plan_of(f, &p);
  step s = sample_step();
  cu_stream stream;
  CHECK(!gpu->cu.stream_new(&stream, 0));
  fake_reset();
  CHECKF(!run_once(plan, &s, 0, stream), "%s", flashrnn_error());
  CHECK(fake_log(&log) == (size_t)p.T);
  for (int t = 0; t < p.T; t++) {
    CHECK(log[t].what == 'L' && log[t].stream == stream && !strcmp(log[t].entry, "alternating_forward") && log[t].params.step == t);
    CHECK(!log[t].cooperative && log[t].cluster == 1 && log[t].params.B == p.B && log[t].params.T == p.T);
    CHECK(log[t].params.states == on_device(&s.states) && log[t].params.wx.b == p.T * 4 * p.N * p.D);
  }
  done(f, plan);
  gpu->cu.stream_free(stream);
  drop_step(&s);
}

/* The exchange is filled with ones, whole, on the same stream, before the one cooperative launch. */
static void grid_is_filled_then_launched(void) {
  const fake_event *log;
  fresh();
  const flashrnn_problem p = sample();
  char *config = grid_config(NULL);
  write_record((record){.config = config});
  flashrnn_cuda *f = open_context();
  flashrnn_cuda_plan *plan = plan_of(f, &p);
  CHECKF(flashrnn_cuda_plan_match(plan) == FLASHRNN_EXACT, "%s", flashrnn_cuda_plan_reason(plan));
  step s = sample_step();
  cu_stream stream;
  CHECK(!gpu->cu.stream_new(&stream, 0));
  fake_reset();
  CHECKF(!run_once(plan, &s, 0, stream), "%s", flashrnn_error());
  CHECK(fake_log(&log) == 2 && log[0].stream == stream && log[1].stream == stream);
  CHECK(log[0].what == 'F' && log[0].word == ~0u && log[0].at == s.states.there && log[0].bytes == (size_t)(p.B * p.T * p.N * p.D) * 4);
  CHECK(log[1].what == 'L' && !strcmp(log[1].entry, "grid_forward") && log[1].cooperative && log[1].grid == 144);
  done(f, plan);
  gpu->cu.stream_free(stream);
  drop_step(&s);
  free(config);
}

/* pytorch's and everybody's rule: between a capture's begin and end nothing is allocated, awaited or asked. */
static void runs_do_nothing_that_a_capture_forbids(void) {
  static const char *const watched[] = {"cuMemAlloc_v2", "cuMemFree_v2", "cuCtxSynchronize", "cuStreamSynchronize", "cuStreamQuery", "cuEventCreate",
                                        "cuEventRecord", "cuEventQuery", "cuEventSynchronize", "cuModuleLoadData", "cuModuleGetFunction",
                                        "cuOccupancyMaxActiveBlocksPerMultiprocessor", "cuOccupancyMaxActiveClusters", "nvrtcCompileProgram"};
  cu_stream stream;
  cu_graph graph;
  fresh();
  step s = make_step(FLASHRNN_GRU, 2, 3, 1, 16);
  flashrnn_cuda *f = open_context();
  plans p = make_plans(f, &s, 0);
  CHECK(!gpu->cu.stream_new(&stream, 0));
  fake_reset();
  CHECK(!enqueue(&p, &s, 0, stream));
  CHECK(!gpu->cu.capture_begin(stream, CU_CAPTURE_THREAD));
  const int rc = enqueue(&p, &s, 0, stream);
  CHECK(!gpu->cu.capture_end(stream, &graph));
  CHECKF(!rc && !fake_violations(), "%s", flashrnn_error());
  for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) CHECKF(!fake_calls(watched[i]), "%s", watched[i]);
  /* the check can fail */
  CHECK(!gpu->cu.capture_begin(stream, CU_CAPTURE_THREAD));
  CHECK(gpu->cu.synchronize() && fake_violations() == 1);
  gpu->cu.graph_free(graph);
  CHECK(!gpu->cu.capture_end(stream, &graph));
  gpu->cu.graph_free(graph), gpu->cu.stream_free(stream);
  free_plans(&p);
  flashrnn_cuda_close(f);
  drop_step(&s);
}

/* ---- Where a plan's code comes from ---- */

static void found_in_the_database(void) {
  fresh();
  char *config = grid_config(NULL);
  write_record((record){.config = config});
  expect(FLASHRNN_EXACT, 1, "family=grid", "T: 4 asked, 100 found"); /* no code with it */
  expect(FLASHRNN_EXACT, 0, "family=grid", "");                       /* kept in the cache */
  free(config);
}

/* What the fake compiler makes of the sample. */
static gpu_cubin compiled(void) {
  gpu_compiler *compiler;
  gpu_cubin cubin;
  fr_device d;
  fr_config c;
  char why[GPU_WHY];
  const fr_problem p = {FR_LSTM, FR_TRAINING, FR_FP32, 0, 8, 4, 18, 128};
  free(grid_config(&c));
  fr_device_of(gpu, &d);
  CHECKF(!gpu_compiler_open(&compiler, why) && !fr_build(compiler, &d, &p, &c, &cubin, why), "%s", why);
  gpu_compiler_close(compiler);
  return cubin;
}

static void stored_code_needs_no_compiler(void) {
  fresh();
  char *config = grid_config(NULL);
  gpu_cubin cubin = compiled();
  write_record((record){.config = config, .code = cubin.data, .size = cubin.size});
  setenv("CONSTRINT_NVRTC", "/nonexistent", 1);
  fake_reset();
  expect(FLASHRNN_EXACT, 0, "family=grid", "");
  CHECK(!fake_calls("nvrtcCompileProgram") && !fake_calls("nvrtcVersion"));
  gpu_cubin_release(&cubin);
  free(config);
}

/* A driver that does not take what is stored (made for another chip) is no failure. */
static void stored_code_that_does_not_load_is_made_anew(void) {
  static const char code[128] = "\177ELF of something else";
  fresh();
  char *config = grid_config(NULL);
  write_record((record){.config = config, .code = code, .size = sizeof code});
  expect(FLASHRNN_EXACT, 1, "family=grid", "");
  fresh();
  write_record((record){.config = config, .code = "no ELF", .size = 6});
  expect(FLASHRNN_EXACT, 1, "family=grid", "");
  free(config);
}

static void other_sources_devices_and_problems(void) {
  fresh();
  char *config = grid_config(NULL);
  write_record((record){.config = config, .source = "0123"});
  expect(FLASHRNN_STALE, 1, "family=grid", "source: ");
  fresh();
  write_record((record){.config = config, .problem = "B=16,D=128,N=18,dtype=fp32,function=lstm,options=plain,pass=training"});
  expect(FLASHRNN_NEAR, 1, "family=grid", "B: 8 asked, 16 found");
  fresh();
  write_record((record){.config = config, .device = "Another GPU"});
  expect(FLASHRNN_OTHER_DEVICE, 1, "family=grid", "device: ");
  fresh();
  write_record((record){.config = "family=nonsense"});
  expect(FLASHRNN_DEFAULT, 1, "family=alternating", "none legal here");
  free(config);
}

/* A shipped database lies beneath; the user's may be missing. */
static void shipped_databases_lie_beneath(void) {
  char shipped[160], *config = grid_config(NULL);
  const flashrnn_problem p = sample();
  tdb *db;
  fresh();
  write_record((record){.config = config});
  snprintf(shipped, sizeof shipped, "%s.shipped", path);
  CHECK(!tdb_open(&db, path, TDB_READ) && !tdb_ship(db, shipped));
  tdb_close(db);
  fresh();
  flashrnn_cuda *f = open_context();
  CHECK(flashrnn_cuda_attach(f, "nowhere.db") == FLASHRNN_EDB && !flashrnn_cuda_attach(f, shipped));
  flashrnn_cuda_plan *plan = plan_of(f, &p);
  CHECK(flashrnn_cuda_plan_match(plan) == FLASHRNN_EXACT);
  done(f, plan);
  free(config);
}

static int count_missed(void *data, const tdb_identity *who, int64_t asked, int64_t last) {
  (void)last;
  *(int *)data += !strcmp(who->problem, SAMPLE) && !strcmp(who->device, "Fake GPU 0") && !strcmp(who->scaling, "T=4") && asked == 2;
  return 0;
}

static void misses_are_captured(void) {
  const flashrnn_problem p = sample();
  int found = 0;
  tdb *db;
  fresh();
  flashrnn_cuda *f;
  CHECK(flashrnn_cuda_capture(NULL, 1) == FLASHRNN_EINVAL);
  CHECK(!flashrnn_cuda_open(&f, path) && *flashrnn_cuda_notice(f) && !flashrnn_cuda_capture(f, 1));
  for (int i = 0; i < 2; i++) flashrnn_cuda_plan_free(plan_of(f, &p));
  CHECK(!flashrnn_cuda_capture(f, 0));
  flashrnn_cuda_plan_free(plan_of(f, &p)); /* no longer */
  flashrnn_cuda_close(f);
  CHECK(!tdb_open(&db, path, TDB_READ) && !tdb_each_missed(db, count_missed, &found) && found == 1);
  tdb_close(db);
}

/* ---- The cache ---- */

/* Does something to the one file of the cache. */
static void spoil(const char *what) {
  char command[400];
  snprintf(command, sizeof command, "cd \"$XDG_CACHE_HOME/constrint/flashrnn\" && set -- *.cubin && [ $# = 1 ] && %s", what);
  CHECKF(!system(command), "%s", command);
}

static void damaged_and_foreign_caches_are_not_used(void) {
  static const char *const ways[] = {"truncate -s 100 \"$1\"", "printf x | dd of=\"$1\" bs=1 seek=130 conv=notrunc 2>/dev/null", "chmod g+w \"$1\"",
                                     ": >\"$1\"", "mv \"$1\" there && ln -s there \"$1\"", "chmod g+w ."};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    fresh();
    expect(FLASHRNN_DEFAULT, 1, "family=alternating", "run 'constrint tune --kernel flashrnn --device cuda --problem B=8,");
    expect(FLASHRNN_DEFAULT, 0, "family=alternating", "");
    spoil(ways[i]);
    expect(FLASHRNN_DEFAULT, 1, "family=alternating", "");
  }
}

static void without_a_cache_it_is_compiled(void) {
  char file[128];
  fresh();
  snprintf(file, sizeof file, "%s/file", folder); /* no folder can be made in it */
  FILE *f = fopen(file, "w");
  CHECK(f && !fclose(f) && !setenv("XDG_CACHE_HOME", file, 1));
  for (int i = 0; i < 2; i++) expect(FLASHRNN_DEFAULT, 1, "family=alternating", "");
}

static void cached_code_that_does_not_load_is_forgotten(void) {
  fresh();
  expect(FLASHRNN_DEFAULT, 1, "family=alternating", "");
  fake_fail("cuModuleLoadData", 209, 0); /* no binary for this GPU */
  expect(FLASHRNN_DEFAULT, 1, "family=alternating", "");
  expect(FLASHRNN_DEFAULT, 0, "family=alternating", "");
}

/* ---- A device that is full ---- */

/* rocm-systems#10618, vllm#41189: the driver's own count decides, before the launch. */
static void what_is_not_resident_falls_back(void) {
  fresh();
  char *config = grid_config(NULL);
  write_record((record){.config = config});
  fake_capacity(1, 16); /* 144 blocks on 132 SMs */
  expect(FLASHRNN_DEFAULT, 1, "family=alternating", "in clusters of 1: the device holds 132 at once");
  fake_capacity(2, 16);
  expect(FLASHRNN_EXACT, 1, "family=grid", "");
  free(config);
}

/* xlstm#60, haste#13: opaque launch errors. */
static void a_launch_that_is_refused_says_so(void) {
  fresh();
  const flashrnn_problem p = sample();
  char *config = grid_config(NULL);
  write_record((record){.config = config});
  flashrnn_cuda *f = open_context();
  flashrnn_cuda_plan *plan = plan_of(f, &p);
  step s = sample_step();
  fake_capacity(1, 16); /* since then, others have taken their share */
  CHECK(run_once(plan, &s, 0, NULL) == FLASHRNN_EDEVICE);
  CHECKF(strstr(flashrnn_error(), "too many blocks in cooperative launch"), "%s", flashrnn_error());
  fake_capacity(2, 16);
  CHECK(!run_once(plan, &s, 0, NULL));
  done(f, plan);
  drop_step(&s);
  free(config);
}

static void clusters_are_counted_by_the_driver(void) {
  char why[GPU_WHY] = "";
  const gpu_kernel k = {NULL, 64, 0, 0};
  fake_reset();
  gpu_shape s = {.grid = 64, .threads = 128, .cluster = 4, .shared = 0, .cooperative = 1};
  CHECK(!gpu_fits(gpu, &k, &s, why)); /* 16 clusters of 4 */
  s.grid = 68;
  CHECK(gpu_fits(gpu, &k, &s, why) == GPU_EINVAL && strstr(why, "the device holds 64 at once"));
  s.cooperative = 0; /* a cluster at a time will do */
  CHECK(!gpu_fits(gpu, &k, &s, why));
  fake_capacity(2, 0);
  CHECK(gpu_fits(gpu, &k, &s, why) == GPU_EINVAL);
  fake_fail("cuOccupancyMaxActiveClusters", 1, 0);
  CHECK(gpu_fits(gpu, &k, &s, why) == GPU_EINVAL && strstr(why, "how many clusters fit"));
}

/* ---- Failures ---- */

/* Whatever call fails: a code, a line, nothing left behind. */
static void every_call_may_fail(void) {
  static const char *const symbols[] = {"cuInit", "cuDeviceGetCount", "cuDevicePrimaryCtxRetain", "cuCtxSetCurrent", "cuModuleLoadData",
                                        "cuModuleGetFunction", "cuOccupancyMaxActiveBlocksPerMultiprocessor", "cuFuncSetAttribute", "cuMemAlloc_v2",
                                        "nvrtcVersion", "nvrtcCompileProgram"};
  const flashrnn_problem p = {FLASHRNN_GRU, FLASHRNN_BACKWARD, FLASHRNN_FP32, 2, 3, 1, 16};
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
    flashrnn_cuda *f = NULL;
    flashrnn_cuda_plan *plan = NULL;
    fresh();
    const int memory = fake_memory_left(), modules = fake_modules_left(), held = fake_contexts_held();
    gpu->cu.context_set(NULL);
    fake_fail(symbols[i], 2, 0);
    int rc = flashrnn_cuda_open(&f, "");
    if (!rc) rc = flashrnn_cuda_plan_new(&plan, f, &(flashrnn_cuda_problem){.problem = p});
    CHECKF(rc && !plan && *flashrnn_error(), "%s", symbols[i]);
    flashrnn_cuda_close(f);
    CHECKF(fake_memory_left() == memory && fake_modules_left() == modules && fake_contexts_held() == held, "%s", symbols[i]);
    gpu->cu.context_set(gpu->context);
  }
}

/* flashrnn#6, xlstm#14, #25, #47, haste#14: a build that fails at first use. */
static void no_compiler_says_what_to_do(void) {
  const flashrnn_cuda_problem p = {.problem = sample()};
  flashrnn_cuda *f;
  flashrnn_cuda_plan *plan;
  fresh();
  setenv("CONSTRINT_NVRTC", "/nonexistent", 1);
  CHECK(!flashrnn_cuda_open(&f, ""));
  CHECK(flashrnn_cuda_plan_new(&plan, f, &p) == FLASHRNN_EDEVICE && !plan);
  CHECKF(strstr(flashrnn_error(), "no CUDA compiler here") && strstr(flashrnn_error(), "install it"), "%s", flashrnn_error());
  setenv("CONSTRINT_NVRTC", "libcuda.so.1", 1); /* installed since then */
  CHECKF(!flashrnn_cuda_plan_new(&plan, f, &p), "%s", flashrnn_error());
  done(f, plan);
}

static void wrong_use(void) {
  flashrnn_problem p = sample();
  flashrnn_cuda *f;
  flashrnn_cuda_plan *plan;
  fresh();
  CHECK(flashrnn_cuda_open(NULL, "") == FLASHRNN_EINVAL);
  f = open_context();
  p.D = 33;
  CHECK(flashrnn_cuda_plan_new(&plan, f, &(flashrnn_cuda_problem){.problem = p}) == FLASHRNN_EINVAL && strstr(flashrnn_error(), "D = 33"));
  CHECK(flashrnn_cuda_plan_new(&plan, NULL, NULL) == FLASHRNN_EINVAL && flashrnn_cuda_plan_new(NULL, f, NULL) == FLASHRNN_EINVAL);
  CHECK(flashrnn_cuda_plan_match(NULL) == FLASHRNN_NONE && !*flashrnn_cuda_plan_reason(NULL) && !flashrnn_cuda_plan_workspace(NULL));
  p = sample();
  plan = plan_of(f, &p);
  step s = sample_step();
  CHECK(flashrnn_cuda_run_forward(plan, NULL, NULL) == FLASHRNN_EINVAL && flashrnn_cuda_run_backward(plan, NULL, NULL) == FLASHRNN_EINVAL);
  const flashrnn_cuda_step one = {.Wx = on_device(&s.Wx), .R = on_device(&s.R), .bias = on_device(&s.bias), .state = on_device(&s.initial), .next = on_device(&s.last)};
  CHECK(flashrnn_cuda_run_step(plan, &one, NULL) == FLASHRNN_EINVAL && strstr(flashrnn_error(), "T = 1"));
  const flashrnn_cuda_options options = {.reverse = 1};
  const flashrnn_cuda_forward io = {.Wx = on_device(&s.Wx), .R = on_device(&s.R), .bias = on_device(&s.bias), .states = on_device(&s.states), .options = &options};
  CHECK(flashrnn_cuda_run_forward(plan, &io, NULL) == FLASHRNN_EINVAL && strstr(flashrnn_error(), "without options"));
  done(f, plan);
  flashrnn_cuda_plan_free(NULL);
  flashrnn_cuda_close(NULL);
  drop_step(&s);
}

/* ---- Workspaces ---- */

static void runs_that_bring_their_workspace(void) {
  fresh();
  step s = make_step(FLASHRNN_LSTM, 2, 3, 1, 16);
  flashrnn_cuda *f = open_context();
  const int before = fake_memory_left();
  plans p = make_plans(f, &s, 1);
  CHECK(fake_memory_left() == before && workspace_of(&p) > 0);
  CHECK(enqueue(&p, &s, 0, NULL) == FLASHRNN_EINVAL && strstr(flashrnn_error(), "workspace"));
  cu_pointer workspace;
  CHECK(!gpu->cu.memory_new(&workspace, workspace_of(&p)));
  run_here(&s);
  poison_step(&s);
  CHECK(!enqueue(&p, &s, workspace, NULL));
  check_step(&s);
  gpu->cu.memory_free(workspace);
  free_plans(&p);
  flashrnn_cuda_close(f);
  drop_step(&s);
}

/* In place, the old state is set aside first; else nothing is copied. */
static void steps_in_place(void) {
  const fake_event *log;
  fresh();
  step s = make_step(FLASHRNN_SLSTM, 2, 1, 1, 16);
  flashrnn_cuda *f = open_context();
  flashrnn_problem p = s.problem;
  p.pass = FLASHRNN_INFERENCE;
  flashrnn_cuda_plan *plan = plan_of(f, &p);
  flashrnn_cuda_step io = {.Wx = on_device(&s.Wx), .R = on_device(&s.R), .bias = on_device(&s.bias), .state = on_device(&s.last), .next = on_device(&s.last)};
  fake_reset();
  CHECKF(!flashrnn_cuda_run_step(plan, &io, NULL), "%s", flashrnn_error());
  size_t n = fake_log(&log);
  CHECK(n >= 2 && log[0].what == 'C' && log[0].from == s.last.there && log[0].bytes == s.last.n * 4);
  CHECK(log[n - 1].what == 'L' && log[n - 1].params.initial == (void *)(uintptr_t)log[0].at && log[n - 1].params.states == on_device(&s.last));
  io.state = on_device(&s.initial);
  fake_reset();
  CHECK(!flashrnn_cuda_run_step(plan, &io, NULL));
  n = fake_log(&log);
  CHECK(log[0].what != 'C' && log[n - 1].params.initial == on_device(&s.initial));
  fake_fail("cuMemcpyDtoDAsync_v2", 1, 0);
  io.state = io.next;
  CHECK(flashrnn_cuda_run_step(plan, &io, NULL) == FLASHRNN_EINVAL);
  done(f, plan);
  drop_step(&s);
}

/* ---- Contexts and threads ---- */

static cu_context current(void) {
  cu_context c = NULL;
  gpu->cu.context_get(&c);
  return c;
}

/* A program's own context and device stay what they were. */
static void the_callers_context_is_left_alone(void) {
  const flashrnn_problem p = {FLASHRNN_ELMAN, FLASHRNN_TRAINING, FLASHRNN_FP32, 2, 3, 1, 16};
  fresh();
  flashrnn_cuda *f = open_context();
  step s = make_step(p.function, p.B, p.T, p.N, p.D);
  cu_context other = fake_new_context(1);
  plans q = make_plans(f, &s, 0); /* the first device's */
  CHECK(current() == other && !enqueue(&q, &s, 0, NULL) && current() == other);
  free_plans(&q);
  CHECK(current() == other);
  flashrnn_cuda *second = open_context(); /* of the device that is current */
  flashrnn_cuda_plan *plan = plan_of(second, &p);
  CHECK(current() == other);
  done(second, plan);
  CHECK(current() == other);
  flashrnn_cuda_close(f);
  gpu->cu.context_set(gpu->context);
  drop_step(&s);
  free(other);
}

static void a_context_outlives_its_close(void) {
  fresh();
  const int held = fake_contexts_held();
  step s = make_step(FLASHRNN_ELMAN, 2, 3, 1, 16);
  run_here(&s);
  poison_step(&s);
  flashrnn_cuda *f = open_context();
  plans p = make_plans(f, &s, 0);
  flashrnn_cuda_close(f);
  CHECK(fake_contexts_held() == held + 1 && !enqueue(&p, &s, 0, NULL));
  check_step(&s);
  free_plans(&p);
  CHECK(fake_contexts_held() == held);
  drop_step(&s);
}

static void *free_elsewhere(void *plan) {
  flashrnn_cuda_plan_free(plan);
  return NULL;
}

/* A thread that never saw the device (a collector of garbage) may free. */
static void plans_are_freed_by_any_thread(void) {
  const flashrnn_problem p = {FLASHRNN_GRU, FLASHRNN_BACKWARD, FLASHRNN_FP32, 2, 3, 1, 16};
  pthread_t thread;
  fresh();
  const int memory = fake_memory_left(), modules = fake_modules_left();
  flashrnn_cuda *f = open_context();
  flashrnn_cuda_plan *plan = plan_of(f, &p);
  CHECK(!pthread_create(&thread, NULL, free_elsewhere, plan) && !pthread_join(thread, NULL));
  CHECK(fake_memory_left() == memory && fake_modules_left() == modules);
  flashrnn_cuda_close(f);
}

static const struct test_case cases[] = {
    {"default is a launch a step", default_is_a_launch_a_step}, {"grid is filled, then launched", grid_is_filled_then_launched},
    {"runs do nothing that a capture forbids", runs_do_nothing_that_a_capture_forbids}, {"found in the database", found_in_the_database},
    {"stored code needs no compiler", stored_code_needs_no_compiler},
    {"stored code that does not load is made anew", stored_code_that_does_not_load_is_made_anew},
    {"other sources, devices and problems", other_sources_devices_and_problems}, {"shipped databases lie beneath", shipped_databases_lie_beneath},
    {"misses are captured", misses_are_captured}, {"damaged and foreign caches are not used", damaged_and_foreign_caches_are_not_used},
    {"without a cache it is compiled", without_a_cache_it_is_compiled},
    {"cached code that does not load is forgotten", cached_code_that_does_not_load_is_forgotten},
    {"what is not resident falls back", what_is_not_resident_falls_back}, {"a launch that is refused says so", a_launch_that_is_refused_says_so},
    {"clusters are counted by the driver", clusters_are_counted_by_the_driver}, {"every call may fail", every_call_may_fail},
    {"no compiler says what to do", no_compiler_says_what_to_do}, {"wrong use", wrong_use},
    {"runs that bring their workspace", runs_that_bring_their_workspace}, {"steps in place", steps_in_place},
    {"the caller's context is left alone", the_callers_context_is_left_alone}, {"a context outlives its close", a_context_outlives_its_close},
    {"plans are freed by any thread", plans_are_freed_by_any_thread}, {NULL, NULL}};

static void remove_folder(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command)) fprintf(stderr, "%s stays behind\n", folder);
}

int main(int argc, char **argv) {
  char why[GPU_WHY];
  if (gpu_open(&gpu, why)) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  strcpy(folder, "/tmp/gpu-host-XXXXXX");
  if (!mkdtemp(folder)) return 1;
  atexit(remove_folder);
  const int failed = test_main(cases, argc, argv);
  gpu_close(gpu);
  return failed;
}
