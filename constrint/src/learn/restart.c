/* When to begin again: Luby, Sinclair and Zuckerman's sequence 1 1 2 1 1 2 4 ... */
#include "learn.h"

uint64_t luby(uint64_t i) {
  uint64_t size = 1, step = 1;
  while (size < i + 1) {
    size = 2 * size + 1;
    step *= 2;
  }
  while (size - 1 != i) {
    size = (size - 1) / 2;
    step /= 2;
    i %= size;
  }
  return step;
}
