/* The worker's protocol: what is said comes through, and what is no answer is refused. */
#include <math.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "protocol.h"
#include "test.h"

static void same_device(const kp_device *got, const kp_device *want) {
  CHECK(!strcmp(got->name, want->name) && !strcmp(got->architecture, want->architecture) && got->units == want->units);
  CHECK(got->nfigures == want->nfigures);
  for (size_t i = 0; i < want->nfigures; i++)
    CHECK(!strcmp(got->figures[i].key, want->figures[i].key) && got->figures[i].value == want->figures[i].value);
}

static void questions_come_through(void) {
  const int64_t values[] = {3, -1, INT64_MAX, 0};
  const kp_setting figures[] = {{"sm_count", 132, NULL}, {"least", INT64_MIN, NULL}};
  const kp_device device = {.name = "a \"GPU\"", .architecture = "sm_90a", .units = 132, .figures = figures, .nfigures = 2};
  struct ask asks[] = {
    {.kind = ASK_OPEN, .plugin = "/lib/a \"b\".so", .seed = 7, .values = values, .nvalues = 4},
    {.kind = ASK_NAIVE},
    {.kind = ASK_LOAD, .slot = 2, .values = values, .nvalues = 4},
    {.kind = ASK_TIME, .slot = 7, .verify = 1, .conditions = 1, .rules = measure_defaults()},
    {.kind = ASK_UNLOAD, .slot = 1},
    {.kind = ASK_LOAD, .slot = 3, .values = values, .nvalues = 3, .file = "/tmp/a b"},
    {.kind = ASK_BUILD, .plugin = "p.so", .values = values, .nvalues = 2, .problem = values + 1, .nproblem = 3,
     .device = &device, .file = "/tmp/c"},
  };
  for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
    struct ask_owned back;
    char *line = ask_encode(&asks[i]);
    CHECK(line && line[strlen(line) - 1] == '\n' && strchr(line, '\n') == line + strlen(line) - 1);
    CHECKF(ask_decode(&back, line) == TUNER_OK, "%s", tuner_error());
    CHECK(back.ask.kind == asks[i].kind && back.ask.slot == asks[i].slot && back.ask.seed == asks[i].seed);
    CHECK(back.ask.nvalues == asks[i].nvalues && !memcmp(back.values, values, 8 * back.ask.nvalues));
    CHECK(!asks[i].plugin || !strcmp(back.ask.plugin, asks[i].plugin));
    CHECK(!asks[i].file ? !back.ask.file : !strcmp(back.ask.file, asks[i].file));
    CHECK(back.ask.nproblem == asks[i].nproblem && !memcmp(back.problem, values + 1, 8 * back.ask.nproblem));
    if (asks[i].device) same_device(back.ask.device, &device);
    CHECK(back.ask.conditions == asks[i].conditions);
    CHECK(back.ask.verify == asks[i].verify && !memcmp(&back.ask.rules, &asks[i].rules, sizeof asks[i].rules));
    ask_owned_release(&back);
    free(line);
  }
}

static void answers_come_through(void) {
  double samples[] = {1e-3, 1.0 / 3, 5e-324};
  struct answer a = {.status = TDB_TRIAL_OK, .seconds = 1.0 / 3, .error = 1e-7, .floor_seconds = 1e-9, .operations = 1e12,
                     .bytes = 64, .end = MEASURE_CAPPED, .samples = samples, .nsamples = 3,
                     .conditions = {1.98e9, 41, 350.25}, .message = "a \"word\"\n\x01"};
  struct answer back;
  char *line = answer_encode(&a);
  CHECKF(answer_decode(&back, line) == TUNER_OK, "%s", tuner_error());
  CHECK(back.seconds == a.seconds && back.error == a.error && back.floor_seconds == a.floor_seconds);
  CHECK(back.operations == a.operations && back.bytes == a.bytes && back.end == a.end);
  CHECK(back.conditions.clock_hz == 1.98e9 && back.conditions.celsius == 41 && back.conditions.watts == 350.25);
  CHECK(back.nsamples == 3 && !memcmp(back.samples, samples, sizeof samples) && !strcmp(back.message, a.message));
  answer_release(&back);
  free(line);
}

static void nan_and_bad_bytes_do_not_break_an_answer(void) {
  struct answer back, a = {.status = TDB_TRIAL_WRONG_RESULT, .error = NAN, .seconds = INFINITY, .message = "\xff\xfe bytes"};
  char *line = answer_encode(&a);
  CHECK(line && answer_decode(&back, line) == TUNER_OK);
  CHECK(back.error == -1 && back.seconds == 0 && *back.message);
  free(line);
}

#define REST "\"error\":0,\"floor\":0,\"operations\":0,\"bytes\":0,\"end\":0,\"message\":\"\""
static void what_is_no_answer(void) {
  static const char *const bad[] = {
    "", "{", "nonsense", "[]", "null", "3", "{}", "\"ok\"",
    "{\"status\":0}",
    "{\"status\":\"ok\",\"seconds\":1,\"samples\":[1]," REST "}",
    "{\"status\":7,\"seconds\":1,\"samples\":[1]," REST "}",
    "{\"status\":-1,\"seconds\":1,\"samples\":[1]," REST "}",
    "{\"status\":0,\"seconds\":-1,\"samples\":[1]," REST "}",
    "{\"status\":0,\"seconds\":\"1\",\"samples\":[1]," REST "}",
    "{\"status\":0,\"seconds\":NaN,\"samples\":[1]," REST "}",
    "{\"status\":0,\"seconds\":1e999,\"samples\":[1]," REST "}",
    "{\"status\":0,\"seconds\":1,\"samples\":[0]," REST "}",
    "{\"status\":0,\"seconds\":1,\"samples\":[-1]," REST "}",
    "{\"status\":0,\"seconds\":1,\"samples\":[null]," REST "}",
    "{\"status\":0,\"seconds\":1,\"samples\":[1,2,\"3\"]," REST "}",
    "{\"status\":0,\"seconds\":1,\"samples\":7," REST "}",
    "{\"status\":0,\"seconds\":1," REST "}",
    "{\"status\":0,\"status\":0,\"seconds\":1,\"samples\":[1]," REST "}",
    "{\"status\":0,\"seconds\":1,\"samples\":[1],\"error\":\"x\",\"floor\":0,\"operations\":0,\"bytes\":0,\"end\":0,\"message\":\"\"}",
    "{\"status\":0,\"seconds\":1,\"samples\":[1],\"error\":0,\"floor\":0,\"operations\":0,\"bytes\":0,\"end\":9,\"message\":\"\"}",
    "{\"status\":0,\"seconds\":1,\"samples\":[1],\"error\":0,\"floor\":0,\"operations\":0,\"bytes\":0,\"end\":0}",
  };
  struct answer a;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECKF(answer_decode(&a, bad[i]) == TUNER_EINPUT, "%s", bad[i]);
    CHECK(!a.samples && *tuner_error());
  }
  CHECK(answer_decode(&a, "{\"status\":0,\"seconds\":1,\"samples\":[1]," REST "}") == TUNER_OK);
  answer_release(&a);
}

static void too_many_samples(void) {
  char *line = malloc(20000), *to = line;
  struct answer a;
  to += sprintf(to, "{\"status\":0,\"seconds\":1,\"samples\":[");
  for (int i = 0; i <= MEASURE_MAX_SAMPLES; i++) to += sprintf(to, "%s1", i ? "," : "");
  sprintf(to, "]," REST "}");
  CHECK(answer_decode(&a, line) == TUNER_EINPUT && !a.samples);
  free(line);
}

static void what_is_no_question(void) {
  static const char *const bad[] = {
    "", "{}", "{\"ask\":\"dance\"}", "{\"ask\":3}", "{\"ask\":\"open\"}",
    "{\"ask\":\"open\",\"plugin\":\"p\",\"seed\":1,\"problem\":[1.5]}",
    "{\"ask\":\"open\",\"plugin\":3,\"seed\":1,\"problem\":[1]}",
    "{\"ask\":\"load\",\"slot\":8,\"config\":[]}", "{\"ask\":\"load\",\"slot\":-1,\"config\":[]}",
    "{\"ask\":\"load\",\"slot\":0}", "{\"ask\":\"unload\"}", "{\"ask\":\"time\",\"slot\":0}",
    "{\"ask\":\"time\",\"slot\":0,\"verify\":true,\"rules\":{}}",
  };
  struct ask_owned a;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECKF(ask_decode(&a, bad[i]) == TUNER_EINPUT, "%s", bad[i]);
}

/* Lines in pieces, several at once, and one that never ends. */
static void lines(void) {
  struct line_reader r;
  int ends[2];
  char big[4096];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  line_reader_open(&r, ends[0]);
  CHECK(!line_take(&r));
  CHECK(write(ends[1], "on", 2) == 2 && line_fill(&r) == TUNER_OK && !line_take(&r));
  CHECK(write(ends[1], "e\ntwo\n\nfo", 9) == 9 && line_fill(&r) == TUNER_OK);
  char *first = line_take(&r);
  CHECK(first && !strcmp(first, "one"));
  CHECK(!strcmp(line_take(&r), "two") && !strcmp(line_take(&r), "") && !line_take(&r));
  memset(big, 'x', sizeof big);
  int code = TUNER_OK;
  for (int i = 0; i < PROTOCOL_LINE / 4096 + 2 && !code; i++) {
    CHECK(write(ends[1], big, sizeof big) == sizeof big);
    for (int k = 0; k < 3 && !code; k++) {
      if (recv(ends[0], big, 1, MSG_PEEK | MSG_DONTWAIT) <= 0 && r.used < PROTOCOL_LINE) break;
      code = line_fill(&r);
      CHECK(!line_take(&r));
    }
  }
  CHECK(code == TUNER_EINPUT);
  line_reader_close(&r);
  line_reader_open(&r, ends[0]);
  close(ends[1]);
  while ((code = line_fill(&r)) == TUNER_OK) r.used = 0;
  CHECK(code == TUNER_ENOTFOUND);
  line_reader_close(&r);
  close(ends[0]);
}

static const struct test_case cases[] = {
  {"questions come through", questions_come_through},
  {"answers come through", answers_come_through},
  {"NaN and bad bytes do not break an answer", nan_and_bad_bytes_do_not_break_an_answer},
  {"what is no answer", what_is_no_answer},
  {"too many samples", too_many_samples},
  {"what is no question", what_is_no_question},
  {"lines", lines},
  {NULL, NULL},
};
TEST_MAIN(cases)
