/* The FlashRNN dialect strips brackets, as the original does. */
#ifndef CI_BRACKETS_H
#define CI_BRACKETS_H

#include "lexer.h"

/* Checks that brackets are balanced in every statement, and warns of each
 * pair whose loss changes the meaning. */
int brackets_check(const source *s);

#endif
