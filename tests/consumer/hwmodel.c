#include <hwmodel.h>
#include <string.h>

int main(void) {
  hw_model *model;
  const char *bad = "nonsense: 1\n";
  return !(hw_parse(&model, bad, strlen(bad), "text") < 0 && strlen(hw_error()) > 0);
}
