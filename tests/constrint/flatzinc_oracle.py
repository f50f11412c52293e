"""What FlatZinc's builtins mean, in Python: signatures and truth on values.

A signature has a letter an argument: i integer, b truth value, s set of
constants, c constant integer; capitals lists of these, D a list of constant
truth values, d such a one; P and Q integer lists, all as long as each other or the
constants before; T and U the rows of a table; A an automaton, which is five arguments.  `meaning` takes plain values and may raise Undefined.
"""

class Undefined(Exception):
    pass


def quotient(a, b):
    if b == 0:
        raise Undefined
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def remainder(a, b):
    return a - b * quotient(a, b)


def power(a, b):
    if b >= 0:
        if abs(a) > 1 and b > 200:
            return 2 ** 200 if a > 0 or b % 2 == 0 else -2 ** 200  # beyond every variable
        return a ** b
    if a == 0:
        raise Undefined
    return quotient(1, power(a, -b))


def item(i, values):
    if not 1 <= i <= len(values):
        raise Undefined
    return values[i - 1]


def fits(starts, durations, needs, capacity):
    tasks = [(s, d, r) for s, d, r in zip(starts, durations, needs) if d > 0 and r > 0]
    return all(sum(r for s, d, r in tasks if s <= t < s + d) <= capacity for t, _, _ in tasks)


def circles(first, x):
    at, seen = first, set()
    while at not in seen and first <= at < first + len(x):
        seen.add(at)
        at = x[at - first]
    return at == first and len(seen) == len(x)


def inverts(p, f, q, g):
    return all(0 <= j - q < len(g) and g[j - q] == i + p for i, j in enumerate(f))


def apart(starts, durations):
    tasks = [(s, d) for s, d in zip(starts, durations) if d > 0]
    return all(a + d <= b or b + e <= a for i, (a, d) in enumerate(tasks) for b, e in tasks[:i])


def accepts(x, automaton):
    states, symbols, steps, state, accepting = automaton
    for v in x:
        state = steps[(state - 1) * symbols + v - 1] if state and 1 <= v <= symbols else 0
    return state in accepting


def dot(a, x):
    return sum(p * q for p, q in zip(a, x))


BUILTINS = {
    "int_eq": ("ii", lambda a, b: a == b), "int_ne": ("ii", lambda a, b: a != b),
    "int_le": ("ii", lambda a, b: a <= b), "int_lt": ("ii", lambda a, b: a < b),
    "int_ge": ("ii", lambda a, b: a >= b), "int_gt": ("ii", lambda a, b: a > b),
    "int_lin_eq": ("CIc", lambda a, x, c: dot(a, x) == c), "int_lin_le": ("CIc", lambda a, x, c: dot(a, x) <= c),
    "int_lin_ne": ("CIc", lambda a, x, c: dot(a, x) != c), "int_lin_lt": ("CIc", lambda a, x, c: dot(a, x) < c),
    "int_lin_ge": ("CIc", lambda a, x, c: dot(a, x) >= c), "int_lin_gt": ("CIc", lambda a, x, c: dot(a, x) > c),
    "int_plus": ("iii", lambda a, b, c: a + b == c), "int_minus": ("iii", lambda a, b, c: a - b == c),
    "int_times": ("iii", lambda a, b, c: a * b == c), "int_negate": ("ii", lambda a, b: -a == b),
    "int_abs": ("ii", lambda a, b: abs(a) == b), "int_min": ("iii", lambda a, b, c: min(a, b) == c),
    "int_max": ("iii", lambda a, b, c: max(a, b) == c), "int_div": ("iii", lambda a, b, c: quotient(a, b) == c),
    "int_mod": ("iii", lambda a, b, c: remainder(a, b) == c), "int_pow": ("iii", lambda a, b, c: power(a, b) == c),
    "array_int_minimum": ("iI", lambda m, x: min(x) == m), "array_int_maximum": ("iI", lambda m, x: max(x) == m),
    "array_int_element": ("iCi", lambda i, x, c: item(i, x) == c),
    "array_var_int_element": ("iIi", lambda i, x, c: item(i, x) == c),
    "array_bool_element": ("iDb", lambda i, x, c: item(i, x) == c),
    "array_var_bool_element": ("iBb", lambda i, x, c: item(i, x) == c),
    "set_in": ("is", lambda x, s: x in s),
    "bool_clause": ("BB", lambda p, n: any(p) or not all(n)), "bool2int": ("bi", lambda b, i: b == i),
    "array_bool_and": ("Bb", lambda x, r: all(x) == bool(r)), "array_bool_or": ("Bb", lambda x, r: any(x) == bool(r)),
    "array_bool_xor": ("B", lambda x: sum(x) % 2 == 1),
    "bool_eq": ("bb", lambda a, b: a == b), "bool_not": ("bb", lambda a, b: a != b), "bool_ne": ("bb", lambda a, b: a != b),
    "bool_le": ("bb", lambda a, b: a <= b), "bool_lt": ("bb", lambda a, b: a < b),
    "bool_ge": ("bb", lambda a, b: a >= b), "bool_gt": ("bb", lambda a, b: a > b),
    "bool_and": ("bbb", lambda a, b, r: (a and b) == r), "bool_or": ("bbb", lambda a, b, r: (a or b) == r),
    "bool_xor": ("bbb", lambda a, b, r: (a != b) == bool(r)), "bool_left_imp": ("bbb", lambda a, b, r: (a >= b) == bool(r)),
    "bool_right_imp": ("bbb", lambda a, b, r: (a <= b) == bool(r)),
    "bool_lin_eq": ("CBi", lambda a, x, c: dot(a, x) == c), "bool_lin_le": ("CBi", lambda a, x, c: dot(a, x) <= c),
    "bool_lin_ne": ("CBi", lambda a, x, c: dot(a, x) != c), "bool_lin_lt": ("CBi", lambda a, x, c: dot(a, x) < c),
    "fzn_cumulative": ("PPPi", lambda s, d, r, b: fits(s, d, r, b)),
    "constrint_circuit": ("cP", lambda first, x: circles(first, x)),
    "constrint_inverse": ("cPcP", lambda p, f, q, g: len(f) == len(g) and inverts(p, f, q, g) and inverts(q, g, p, f)),
    "constrint_cardinality": ("ICQ", lambda x, v, c: all(x.count(k) == n for k, n in zip(v, c))),
    "constrint_lex_int": ("dPP", lambda strict, x, y: x < y if strict else x <= y),
    "constrint_disjunctive": ("PP", apart), "constrint_regular": ("IA", accepts),
    "fzn_all_different_int": ("I", lambda x: len(set(x)) == len(x)),
    "constrint_table_int": ("IT", lambda x, t: tuple(x) in t),
    "constrint_table_bool": ("BU", lambda x, t: tuple(x) in t),
}
# These have a truth value already; _imp keeps their arguments.
HALF = {"array_bool_and": ("Bb", lambda x, r: not r or all(x)), "array_bool_or": ("Bb", lambda x, r: not r or any(x)),
        "bool_and": ("bbb", lambda a, b, r: not r or (a and b)), "bool_or": ("bbb", lambda a, b, r: not r or a or b),
        "bool_xor": ("bbb", lambda a, b, r: not r or a != b)}


def truth(meaning, values):
    try:
        return bool(meaning(*values))
    except Undefined:
        return False


def variants():
    """(name, signature, meaning) of every builtin, plain, reified and half-reified."""
    for name, (signature, meaning) in BUILTINS.items():
        yield name, signature, meaning
        if name in HALF:
            yield name + "_imp", *HALF[name]
            continue
        yield name + "_reif", signature + "b", lambda *v, m=meaning: truth(m, v[:-1]) == bool(v[-1])
        yield name + "_imp", signature + "b", lambda *v, m=meaning: not v[-1] or truth(m, v[:-1])
