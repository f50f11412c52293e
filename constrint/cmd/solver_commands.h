/* The commands of this room, for its table. */
#ifndef CMD_SOLVER_COMMANDS_H
#define CMD_SOLVER_COMMANDS_H

int command_solve(int argc, char **argv);
int command_count(int argc, char **argv);
int command_enumerate(int argc, char **argv);
int command_optimize(int argc, char **argv);
int command_fzn(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_check(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_propagate(int argc, char **argv);
int command_space(int argc, char **argv);
int command_sample(int argc, char **argv);
int command_index(int argc, char **argv);
int command_rank(int argc, char **argv);
int command_neighbours(int argc, char **argv);

#endif
