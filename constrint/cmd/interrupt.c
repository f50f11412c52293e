/* Signals of the solver's commands. */
#include "interrupt.h"
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked;

static void ask(int signal_number) {
  (void)signal_number;
  asked = 1;
}

void interrupt_catch(void) {
  struct sigaction action = {.sa_handler = ask, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

int interrupt_asked(void *unused) {
  (void)unused;
  return asked;
}
