/* The commands of the tuning loop, for the room's table. */
#ifndef LOOP_COMMANDS_H
#define LOOP_COMMANDS_H

int run_tune(int argc, char **argv);
int run_worker(int argc, char **argv);
int run_costs(int argc, char **argv);
int run_why(int argc, char **argv);

#endif
