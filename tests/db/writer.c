/* writer FILE COUNT NAME: records COUNT trials (0: until killed) of a problem
 * named after NAME, and prints the number of each once it is acknowledged. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tunedb.h"

int main(int argc, char **argv) {
  tdb *db;
  char problem[64], config[64], said[32];
  if (argc != 4) return 2;
  if (tdb_open(&db, argv[1], TDB_WRITE)) return fprintf(stderr, "writer: %s\n", tdb_error()), 4;
  snprintf(problem, sizeof problem, "name=%s", argv[3]);
  tdb_identity who = {"flashrnn", "1", problem, "T=1", "Some CPU", "x86-64", 2};
  tdb_origin origin = {"aaaa", "bbbb", "", "", 0, 0};
  double samples[20] = {1, 2, 3};
  for (long i = 0, count = atol(argv[2]); !count || i < count; i++) {
    snprintf(config, sizeof config, "i=%ld", i);
    tdb_trial t = {.config = config, .status = TDB_TRIAL_OK, .seconds = 1, .samples = samples, .nsamples = 20,
                   .message = "", .artifact = ""};
    if (tdb_record(db, &who, &origin, &t, NULL)) return fprintf(stderr, "writer: %s\n", tdb_error()), 4;
    int n = snprintf(said, sizeof said, "%ld\n", i);
    if (write(STDOUT_FILENO, said, (size_t)n) != n) return 4; /* not buffered: the reader counts on it */
  }
  tdb_close(db);
  return 0;
}
