/* The CUDA side without a GPU: a representative set compiled for three
 * architectures, ptxas's report read back, configurations' text, the chip's
 * register arithmetic.  Compiling skips (77) without libnvrtc. */
#include "occupancy.h"
#include "test.h"

static gpu_compiler *compiler; /* NULL: none here */
static char no_compiler[GPU_WHY];

/* An H200's figures; the architecture is given. */
static fr_device device_of(const char *architecture) {
  fr_device d = {.sm_count = 132, .registers_per_sm = 65536, .max_registers_per_thread = 255, .register_unit_per_warp = 256,
                 .max_threads_per_block = 1024, .max_warps_per_sm = 64, .max_blocks_per_sm = 32, .smem_per_sm = 233472,
                 .smem_per_block_optin = 232448, .smem_reserved_per_block = 1024,
                 .max_cluster_size_optin = strcmp(architecture, "sm_80") ? 16 : 1,
                 .memory_bytes = 150109880320};
  snprintf(d.architecture, sizeof d.architecture, "%s", architecture);
  return d;
}

/* ---- Compiling ---- */

#define COMMON "gates_on_m=1,"
#define WHOLE COMMON "cluster=1,r_stream=0,"
static const struct representative { fr_problem p; const char *config; /* NULL: the default */ } set[] = {
    {{FR_LSTM, FR_TRAINING, FR_BF16, 0, 16, 1024, 12, 64}, WHOLE "family=resident,units=0,batch=8,warps=10,split=1,r_shared=0,ring=4,staging=1,exchange=local,ahead=0,repoll=0,approx=1,chunk=0"},
    {{FR_GRU, FR_BACKWARD, FR_BF16, 0, 16, 1024, 12, 64}, WHOLE "family=resident,units=0,batch=8,warps=6,split=1,r_shared=0,ring=3,staging=1,exchange=local,ahead=0,repoll=0,approx=1,chunk=256"},
    {{FR_LSTM, FR_INFERENCE, FR_FP16, 0, 16, 1024, 1, 768}, WHOLE "family=grid,units=16,batch=8,warps=8,split=8,r_shared=0,ring=0,staging=0,exchange=mailbox,ahead=6,repoll=1,approx=0,chunk=0"},
    {{FR_SLSTM, FR_BACKWARD, FR_BF16, 0, 16, 1024, 1, 768}, WHOLE "family=grid,units=16,batch=8,warps=8,split=8,r_shared=4,ring=0,staging=0,exchange=mailbox,ahead=6,repoll=0,approx=1,chunk=256"},
    {{FR_LSTM, FR_TRAINING, FR_BF16, 0, 16, 1024, 3, 256}, COMMON "family=cluster,cluster=8,units=32,batch=8,warps=8,split=8,r_shared=0,r_stream=0,ring=0,staging=0,exchange=push,ahead=4,repoll=0,approx=1,chunk=0"},
    {{FR_GRU, FR_BACKWARD, FR_FP16, 1, 3, 64, 2, 200}, COMMON "family=cluster,cluster=4,units=64,batch=8,warps=8,split=8,r_shared=5,r_stream=0,ring=0,staging=0,exchange=barrier,ahead=0,repoll=0,approx=0,chunk=64"},
    {{FR_LSTM, FR_TRAINING, FR_BF16, 0, 16, 64, 1, 4096}, COMMON "family=streaming,cluster=1,units=32,batch=16,warps=8,split=8,r_shared=1,r_stream=15,ring=8,staging=0,exchange=mailbox,ahead=0,repoll=1,approx=1,chunk=0"},
    {{FR_SLSTM, FR_BACKWARD, FR_BF16, 1, 8, 64, 1, 8192}, COMMON "family=streaming,cluster=1,units=64,batch=8,warps=8,split=8,r_shared=0,r_stream=16,ring=6,staging=0,exchange=barrier,ahead=0,repoll=0,approx=0,chunk=64"},
    {{FR_ELMAN, FR_INFERENCE, FR_TF32, 1, 9, 64, 2, 256}, COMMON "family=grid,cluster=1,units=16,batch=8,warps=8,split=8,r_shared=0,r_stream=0,ring=0,staging=0,exchange=barrier,ahead=0,repoll=0,approx=0,chunk=0"},
    {{FR_LSTM, FR_TRAINING, FR_FP32, 0, 9, 8, 1, 32}, COMMON "family=streaming,cluster=1,units=16,batch=8,warps=2,split=2,r_shared=0,r_stream=16,ring=3,staging=0,exchange=mailbox,ahead=0,repoll=0,approx=0,chunk=0"},
    {{FR_LSTM, FR_TRAINING, FR_FP32, 0, 9, 8, 1, 32}, COMMON "family=streaming,cluster=1,units=16,batch=8,warps=2,split=2,r_shared=0,r_stream=16,ring=3,staging=0,exchange=barrier,ahead=0,repoll=0,approx=0,chunk=0"},
    {{FR_GRU, FR_TRAINING, FR_FP32, 1, 3, 7, 2, 72}, NULL},
    {{FR_SLSTM, FR_TRAINING, FR_TF32, 1, 3, 7, 2, 200}, NULL},
    {{FR_ELMAN, FR_BACKWARD, FR_FP16, 1, 3, 7, 2, 24}, NULL},
};
enum { SET = sizeof set / sizeof *set };

static void compile_one(const fr_device *d, const struct representative *r) {
  char why[GPU_WHY] = "";
  fr_config c;
  gpu_cubin cubin;
  if (r->config) CHECKF(!fr_config_parse(&c, r->config, why), "%s", why);
  else CHECKF(!fr_default(d, &r->p, &c, why), "%s", why);
  CHECKF(fr_legal(d, &r->p, &c, why), "%s", why);
  CHECKF(!fr_build(compiler, d, &r->p, &c, &cubin, why), "%s: %s", d->architecture, why);
  CHECK(cubin.size > 1000 && !memcmp(cubin.data, "\177ELF", 4) && cubin.entries >= 1);
  for (int i = 0; i < cubin.entries; i++) CHECK(cubin.usage[i].registers > 0 && cubin.usage[i].registers <= 255);
  gpu_cubin_release(&cubin);
}

static void compile_for(const char *architecture, int first, int step) {
  const fr_device d = device_of(architecture);
  for (int i = first; compiler && i < SET; i += step) compile_one(&d, &set[i]);
}

/* No clusters there. */
static void ampere(void) {
  const fr_device d = device_of("sm_80");
  char why[GPU_WHY];
  fr_config c;
  CHECK(!fr_config_parse(&c, set[4].config, why) && c.family == FR_CLUSTERED && !fr_legal(&d, &set[4].p, &c, why) && strstr(why, "cluster_on_device"));
  compile_for("sm_80", 0, 3);
}
static void hopper(void) { compile_for("sm_90a", 0, 1); }
static void blackwell(void) { compile_for("sm_100a", 1, 3); }

/* A kernel that spills, or cannot be resident, is no candidate. */
static void the_report_decides(void) {
  fr_device d = device_of("sm_90a");
  char why[GPU_WHY] = "";
  fr_config c;
  gpu_cubin cubin;
  if (!compiler) return;
  CHECK(!fr_config_parse(&c, set[2].config, why));
  d.sm_count = 4; /* 96 blocks do not fit */
  CHECK(fr_build(compiler, &d, &set[2].p, &c, &cubin, why) == GPU_ECOMPILE && strstr(why, "an SM holds"));
  d.sm_count = 132;
  c.units = 48, c.warps = c.split = 1; /* 144 chunks' registers in one warp */
  CHECKF(fr_build(compiler, &d, &set[2].p, &c, &cubin, why) == GPU_ECOMPILE && strstr(why, "local memory"), "%s", why);
}

static void errors_are_told(void) {
  static const gpu_source bad[] = {{"bad.cu", "extern \"C\" __global__ void f() { nonsense; }"}};
  char why[GPU_WHY] = "", *log;
  gpu_cubin cubin;
  if (!compiler) return;
  CHECK(gpu_compile(compiler, bad, 1, NULL, 0, "sm_90a", &cubin, &log, why) == GPU_ECOMPILE);
  CHECKF(strstr(why, "bad.cu(1): error") && strstr(why, "nonsense") && log && strstr(log, "nonsense"), "%s", why);
  free(log);
  CHECK(gpu_compile(compiler, bad, 1, NULL, 0, "sm_1", &cubin, NULL, why) == GPU_ECOMPILE && *why);
}

/* ---- Without a compiler ---- */

static void reports_are_read(void) {
  static const char log[] =
      "ptxas info    : 0 bytes gmem\n"
      "ptxas info    : Compiling entry function 'one' for 'sm_90a'\n"
      "ptxas         .     48 bytes stack frame, 56 bytes spill stores, 60 bytes spill loads\n"
      "ptxas info    : Used 128 registers, used 1 barriers, 48 bytes cumulative stack size, 2048 bytes smem\n"
      "ptxas info    : Compiling entry function 'two' for 'sm_90a'\n"
      "ptxas info    : Used 8 registers";
  gpu_usage u[GPU_ENTRIES], none[GPU_ENTRIES];
  CHECK(gpu_usage_parse(log, u) == 2 && gpu_usage_parse("", none) == 0);
  CHECK(!strcmp(u[0].entry, "one") && u[0].registers == 128 && u[0].stack == 48 && u[0].spills == 56 && u[0].shared == 2048);
  CHECK(!strcmp(u[1].entry, "two") && u[1].registers == 8 && u[1].stack == 0 && u[1].spills == 0 && u[1].shared == 0);
}

static void texts_and_back(void) {
  char text[512], why[GPU_WHY];
  fr_config c, again;
  for (int i = 0; i < SET; i++) {
    if (!set[i].config) continue;
    CHECKF(!fr_config_parse(&c, set[i].config, why), "%s", why);
    fr_config_format(&c, text, sizeof text);
    CHECK(!fr_config_parse(&again, text, why) && !memcmp(&c, &again, sizeof c));
  }
  static const char *const bad[] = {"", "family", "family=", "family=none", "family=0", "units=x", "units=1,units=1", "nothing=1", "units=1",
                                    "units=99999999999999999999999999", "=", ",", "family=grid,"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECKF(fr_config_parse(&c, bad[i], why) == GPU_EINVAL, "%s", bad[i]);
}

/* The most registers a thread by warps, as Hopper's tables say. */
static void register_caps(void) {
  static const int table[][2] = {{4, 255}, {8, 255}, {12, 168}, {16, 128}, {20, 96}, {24, 80}, {28, 72}, {32, 64}};
  const fr_device d = device_of("sm_90a");
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) CHECK(fr_register_cap(&d, table[i][0]) == table[i][1]);
  CHECK(fr_blocks_per_sm(&d, 256, 255, 0) == 1 && fr_blocks_per_sm(&d, 256, 128, 0) == 2 && fr_blocks_per_sm(&d, 1024, 32, 0) == 2);
  CHECK(fr_blocks_per_sm(&d, 128, 32, 232448) == 1 && fr_blocks_per_sm(&d, 128, 32, 232449) == 0 && fr_blocks_per_sm(&d, 32, 16, 0) == 32);
}

static void default_is_always_legal(void) {
  static const fr_int D[] = {16, 24, 200, 1000, 8192}, B[] = {1, 3, 17, 65536};
  const fr_device d = device_of("sm_90a");
  char why[GPU_WHY];
  fr_config c;
  for (fr_int f = 0; f < 4; f++)
    for (fr_int pass = 0; pass < 3; pass++)
      for (fr_int t = 0; t < 4; t++)
        for (int i = 0; i < 5; i++)
          for (int k = 0; k < 4; k++) {
            const fr_problem p = {f, pass, t, 1, B[k], 1024, 3, D[i]};
            CHECKF(!fr_default(&d, &p, &c, why), "%s", why);
          }
}

static const struct test_case cases[] = {{"reports are read", reports_are_read}, {"texts and back", texts_and_back},
                                         {"register caps", register_caps}, {"default is always legal", default_is_always_legal},
                                         {"sm_80", ampere}, {"sm_90a", hopper}, {"sm_100a", blackwell},
                                         {"the report decides", the_report_decides}, {"errors are told", errors_are_told}, {NULL, NULL}};

int main(int argc, char **argv) {
  if (gpu_compiler_open(&compiler, no_compiler)) printf("nothing is compiled: %s\n", no_compiler);
  const int failed = test_main(cases, argc, argv);
  const int skipped = !compiler;
  gpu_compiler_close(compiler);
  return failed ? failed : skipped ? TEST_SKIP : 0;
}
