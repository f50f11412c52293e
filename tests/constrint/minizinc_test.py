#!/usr/bin/env python3
"""minizinc --solver constrint after an install, against the standard library's
decompositions by Gecode where it is there. Skips without MiniZinc."""
import os
import shutil
import subprocess
import sys
import tempfile

MINIZINC = shutil.which("minizinc")
if not MINIZINC:
    print("skipped: minizinc is not installed (Debian: apt-get install minizinc)")
    sys.exit(77)

CONSTRINT, SOURCE = os.environ["CONSTRINT"], os.environ["SOURCE"]

# model, status line of the last block or None, number of solutions (None: optimum), a line of the answer
MODELS = {
    "queens": ('include "alldifferent.mzn"; int: n = 6; array[1..n] of var 1..n: q; constraint alldifferent(q);'
               'constraint alldifferent([q[i] + i | i in 1..n]); constraint alldifferent([q[i] - i | i in 1..n]);'
               'solve satisfy;', 4),
    "table": ('include "table.mzn"; array[1..2] of var 0..5: x; var bool: b;'
              'constraint table(x, [|1,2|3,4|5,0|]) <-> b; constraint x[1] > 2; solve satisfy;', 18),
    "knapsack": ('array[1..3] of var 0..9: x; constraint 3*x[1] + 4*x[2] + 5*x[3] <= 17; var int: z = 4*x[1] + 5*x[2] + 7*x[3];'
                 'solve :: int_search(x, first_fail, indomain_max) maximize z; output ["z=\\(z)\\n"];', "z=23"),
    "regular": ('include "regular.mzn"; array[1..4] of var 1..2: x;'
                'constraint regular(x, 2, 2, [|1,2|2,0|], 1, {2}); solve satisfy;', 4),
    "circuit": ('include "circuit.mzn"; array[1..5] of var 1..5: x; constraint circuit(x); solve satisfy;', 24),
    "inverse": ('include "inverse.mzn"; array[1..4] of var 1..4: x; array[1..4] of var 1..4: y;'
                'constraint inverse(x, y); constraint x[1] > 2; solve satisfy;', 12),
    "cumulative": ('include "cumulative.mzn"; array[1..3] of var 0..4: s; var 0..9: e;'
                   'constraint cumulative(s, [2,3,2], [2,1,2], 3); constraint forall(i in 1..3)(s[i] + [2,3,2][i] <= e);'
                   'solve minimize e; output ["e=\\(e)\\n"];', "e=4"),
    "cardinality": ('include "global_cardinality.mzn"; array[1..4] of var 1..3: x; array[1..3] of var 0..4: c;'
                    'constraint global_cardinality(x, [1,2,3], c); constraint c[1] = 2; solve satisfy;', 24),
    "lex": ('include "lex_less.mzn"; array[1..3] of var 0..1: x; array[1..3] of var 0..1: y;'
            'constraint lex_less(x, y); solve satisfy;', 28),
    "disjunctive": ('include "disjunctive.mzn"; array[1..3] of var 0..3: s; array[1..3] of var 0..2: d;'
                    'constraint disjunctive(s, d); constraint d[1] + d[2] = 3; constraint s[3] < 2; solve satisfy;', None),
    "disjunctive_strict": ('include "disjunctive_strict.mzn"; array[1..3] of var 0..4: s; array[1..3] of var 0..2: d;'
                           'constraint disjunctive_strict(s, d); constraint d[1] = 2; constraint d[3] < 2; solve satisfy;', None),
    "automaton": ('include "regular.mzn"; array[1..5] of var 0..4: x;'
                  'constraint regular(x, 3, 3, [|1,2,0|3,2,1|3,0,1|], 1, {1, 3}); solve satisfy;', None),
    "not regular": ('include "regular.mzn"; array[1..3] of var 1..2: x; var bool: b;'
                    'constraint b <-> regular(x, 2, 2, [|1,2|2,0|], 1, {2}); solve satisfy;', 8),
    "low_up": ('include "global_cardinality_low_up.mzn"; array[1..4] of var 1..4: x;'
               'constraint global_cardinality_low_up(x, [1, 3], [1, 0], [2, 1]); solve satisfy;', None),
    "low_up_closed": ('include "global_cardinality_low_up_closed.mzn"; array[1..4] of var 1..4: x;'
                      'constraint global_cardinality_low_up_closed(x, [1, 3, 4], [1, 0, 1], [2, 1, 3]); solve satisfy;', None),
    "closed": ('include "global_cardinality_closed.mzn"; array[1..4] of var 1..4: x; array[1..2] of var 0..4: c;'
               'constraint global_cardinality_closed(x, [2, 4], c); solve satisfy;', 16),
    "symmetric": ('include "symmetric_all_different.mzn"; array[1..5] of var 1..5: x;'
                  'constraint symmetric_all_different(x); solve satisfy;', 26),
    "element": ('array[1..3] of var 1..4: x; var 1..3: i; array[1..4] of int: a = [3, 1, 2, 2];'
                'constraint a[x[i]] = x[1] /\\ x[2] < x[3]; solve satisfy;', None),
    "lex_lesseq": ('include "lex_lesseq.mzn"; array[1..3] of var 0..1: x; array[1..2] of var bool: p; array[1..2] of var bool: q;'
                   'constraint lex_lesseq(x, [1, 0, 1]) /\\ lex_lesseq(p, q); solve satisfy;', 60),
    "table_bool": ('include "table.mzn"; array[1..3] of var bool: x;'
                   'constraint table(x, [|true,false,true|false,false,true|]); solve satisfy;', 2),
    "bins": ('include "bin_packing_capa.mzn"; array[1..4] of var 1..2: b;'
             'constraint bin_packing_capa([5, 6], b, [3, 2, 4, 2]); solve satisfy;', None),
    "division": ('var -5..5: x; var -3..3: y; constraint x div y = -2 /\\ x mod y = 1; solve satisfy;', 1),
    "partial": ('var 0..3: i; array[1..2] of int: a = [4, 5]; var bool: b; constraint b <-> a[i] = 4; solve satisfy;', None),
    "none": ('var 1..3: x; constraint x * x = 5; solve satisfy;', 0),
}


def minizinc(solver, path, env):
    done = subprocess.run([MINIZINC, "--solver", solver, "-a", path], capture_output=True, text=True, env=env, timeout=50)
    if done.returncode or "rror" in done.stdout + done.stderr:
        sys.exit(f"{path}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def installed(room):
    """What the install rules put there: the solver's description, its library, the executables."""
    build = os.environ["BUILD"]
    share = os.path.join(room, "share", "minizinc")
    shutil.copytree(os.path.join(SOURCE, "share", "minizinc", "constrint"), os.path.join(share, "constrint"))
    os.makedirs(os.path.join(share, "solvers"))
    shutil.copy(os.path.join(build, "share", "minizinc", "constrint.msc"), os.path.join(share, "solvers"))
    os.makedirs(os.path.join(room, "bin"))
    shutil.copy(os.path.join(SOURCE, "share", "minizinc", "fzn-constrint"), os.path.join(room, "bin"))
    os.symlink(CONSTRINT, os.path.join(room, "bin", "constrint"))
    return os.path.join(share, "solvers")


def main():
    with tempfile.TemporaryDirectory() as room:
        env = dict(os.environ, MZN_SOLVER_PATH=installed(room))
        gecode = "org.gecode.gecode" in subprocess.run([MINIZINC, "--solvers"], capture_output=True, text=True).stdout
        for name, (text, wanted) in MODELS.items():
            path = os.path.join(room, name + ".mzn")
            with open(path, "w") as f:
                f.write(text)
            out = minizinc("constrint", path, env)
            solutions = out.split("----------\n")[:-1]
            if len(set(solutions)) != len(solutions):
                sys.exit(f"{name}: a solution stands twice\n{out}")
            if isinstance(wanted, str) and (wanted not in solutions[-1] or "==========" not in out):
                sys.exit(f"{name}: not {wanted}\n{out}")
            if isinstance(wanted, int) and len(solutions) != wanted:
                sys.exit(f"{name}: {len(solutions)} solutions, not {wanted}\n{out}")
            if wanted == 0 and "=====UNSATISFIABLE=====" not in out:
                sys.exit(f"{name}: not unsatisfiable\n{out}")
            if gecode and not isinstance(wanted, str) and not name.startswith("not "):  # no library has its negation
                peer = minizinc("gecode", path, env).split("----------\n")[:-1]
                if set(peer) != set(solutions):
                    sys.exit(f"{name}: Gecode has {len(peer)} solutions, not {len(solutions)}")
    print(f"{len(MODELS)} models by minizinc --solver constrint" + (", the same by Gecode" if gecode else ""))


if __name__ == "__main__":
    main()
