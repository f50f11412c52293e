#include "reader.h"
#include "../error.h"
int read_t1(const source *s, const scope *names) { (void)s; (void)names; return ci_fail(CI_EINVAL, "not yet"); }
