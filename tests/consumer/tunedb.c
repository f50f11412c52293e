#include <stdlib.h>
#include <string.h>
#include <tunedb.h>

int main(void) {
  char *canonical;
  if (tdb_canonical(&canonical, "b=2,a=1")) return 1;
  int wrong = strcmp(canonical, "a=1,b=2");
  free(canonical);
  return wrong != 0;
}
