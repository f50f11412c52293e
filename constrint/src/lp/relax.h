/* What one propagator says in linear terms. */
#ifndef CI_LP_RELAX_H
#define CI_LP_RELAX_H

#include "rows.h"

/* Add its rows; where they say less than p itself, r->whole becomes false. */
int lp_relax(struct lp_rows *r, const propagator *p);

#endif
