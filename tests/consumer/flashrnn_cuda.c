#include <flashrnn_cuda.h>
#include <stdio.h>
#include <string.h>

/* With a GPU or without: a context, or a line that says why there is none. */
int main(void) {
  flashrnn_cuda *context;
  const int rc = flashrnn_cuda_open(&context, "");
  if (!rc) flashrnn_cuda_close(context);
  else printf("%s\n", flashrnn_error());
  return rc && !(rc == FLASHRNN_EDEVICE && !context && strlen(flashrnn_error()) > 10);
}
