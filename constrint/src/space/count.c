/* Exact counts: how many configurations lie below each node. */
#include "count.h"

#include <stdlib.h>
#include <string.h>

#include "../error.h"

/* The counts from the terminal upwards; false: more limbs are needed. */
static bool sum_up(const struct draft_part *p, uint64_t *count, uint32_t limbs) {
  memset(count, 0, (size_t)p->nodes * limbs * sizeof *count);
  count[(size_t)(p->nodes - 1) * limbs] = 1;
  for (uint32_t i = p->nodes - 1; i-- > 0;) {
    uint64_t *sum = count + (size_t)i * limbs, carry = 0;
    for (uint32_t e = p->edge[i]; e < p->edge[i + 1]; e++)
      carry |= mpn_add_n(sum, sum, count + (size_t)p->child[e] * limbs, limbs);
    if (carry) return false;
  }
  return true;
}

int count_nodes(const struct draft_part *p, uint64_t **count, uint32_t *limbs) {
  for (*limbs = 1;; ++*limbs) {
    *count = malloc((size_t)p->nodes * *limbs * sizeof **count);
    if (!*count) return ci_fail(CI_ENOMEM, "no memory for the counts of %u nodes", p->nodes);
    if (sum_up(p, *count, *limbs)) return CI_OK;
    free(*count);
  }
}

void count_before(const struct draft_part *p, const uint64_t *count, uint32_t limbs, uint64_t *before) {
  for (uint32_t i = 0; i + 1 < p->nodes; i++) {
    uint32_t e = p->edge[i];
    memset(before + (size_t)e * limbs, 0, limbs * sizeof *before);
    for (e++; e < p->edge[i + 1]; e++)
      mpn_add_n(before + (size_t)e * limbs, before + (size_t)(e - 1) * limbs, count + (size_t)p->child[e - 1] * limbs, limbs);
  }
}

char *count_text(const uint64_t *limb, size_t n) {
  mpz_t z;
  mpz_init(z);
  count_to_mpz(z, limb, n);
  size_t room = mpz_sizeinbase(z, 10) + 2;
  char *text = malloc(room);
  if (text) mpz_get_str(text, 10, z);
  mpz_clear(z);
  return text;
}
