/* What a choice among items says: z = item[index]. */
#ifndef CI_CHOICE_H
#define CI_CHOICE_H

#include "../store.h"

struct choice { term z, index; size_t n; const term *item; };

/* False: p is no such constraint. */
bool choice_of(const propagator *p, struct choice *out);

#endif
