"""Tiling problems in the manner of a fused recurrent kernel, any size, and an
evaluator of the FlashRNN dialect that shares nothing with the library."""
import random
import re


def problem(rng):
    """A small problem: the text, every name's values, and the search order."""
    hidden, batch = rng.choice([8, 12, 16, 24, 48, 64]), rng.choice([4, 8, 16])
    units, memory = rng.choice([4, 8, 16]), rng.choice([64, 128, 512])
    names = {
        "hidden": [hidden], "batch": [batch], "units": [units],
        "tile_h": rng.choice([[2, 4, 8], [4, 8], [8]]), "tile_b": rng.choice([[1, 2, 4], [2, 4], [4]]),
        "rec": list(range(1, 9)), "loop_h": list(range(1, 9)), "loop_b": list(range(1, 5)), "warps": list(range(1, 9)),
    }
    lines = []
    for name, values in names.items():
        if len(values) == 1:
            lines.append(f"{name} == {values[0]}")
        elif values == list(range(1, len(values) + 1)):
            lines.append(f"{name} <= {len(values)}")
        else:
            lines.append(f"{name} == {values}")
    lines += [
        "hidden % rec * tile_h * loop_h == 0",
        "batch % tile_b * loop_b == 0",
        "rec * warps <= units",
        f"tile_h * tile_b * loop_h + tile_b ^ 2 <= {memory}",
    ]
    extras = ["hidden * 2 == rec * tile_h * loop_h * 2 | warps == 1", "loop_h + loop_b >= 3", "tile_h * loop_h % warps == 0",
              "warps != 2", "hidden == rec * tile_h * loop_h", "warps > 9", "batch % warps * tile_b == 0 | loop_b < 2"]
    lines += rng.sample(extras, rng.randrange(1, 5))
    free = [n for n in names if len(names[n]) > 1]
    listed = rng.sample(free, rng.randrange(1, len(free) + 1))
    order = [(rng.choice("<>"), n) for n in listed]
    text = "# order: " + " ".join(f"{d} {n}" for d, n in order) + "\n" + ";\n".join(lines) + ";\n"
    return text, names, order


def holds(line, values):
    """One constraint of the dialect under an assignment."""
    return any(comparison(part, values) for part in line.split("|"))


def comparison(text, values):
    left, op, right = re.split(r"(==|!=|<=|>=|<|>)", text, maxsplit=1)
    if "%" in left:
        dividend, divisor = left.split("%")
        assert op == "==" and right.strip() == "0"
        return term(dividend, values) % term(divisor, values) == 0
    if "[" in right:
        assert op == "=="
        return term(left, values) in [int(v) for v in right.strip(" []").split(",")]
    a, b = term(left, values), term(right, values)
    return {"==": a == b, "!=": a != b, "<=": a <= b, ">=": a >= b, "<": a < b, ">": a > b}[op]


def term(text, values):
    return sum(product(p, values) for p in text.split("+"))


def product(text, values):
    result = 1
    for factor in text.split("*"):
        base, _, exponent = factor.partition("^")
        base = base.strip()
        result *= (int(base) if base.isdigit() else values[base]) ** (int(exponent) if exponent else 1)
    return result


def statements(text):
    return [s.strip() for s in re.sub(r"#[^\n]*", "", text).split(";") if s.strip()]


def names_in(text):
    """Every name in its order of appearance."""
    return list(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", "".join(s + ";" for s in statements(text)))))


def first(text, names, order):
    """The first solution in the order, by looking at one assignment after the other."""
    lines = statements(text)
    sequence = [n for _, n in order] + [n for n in names_in(text) if n not in [m for _, m in order]]
    largest = {n for d, n in order if d == ">"}
    # a line is looked at as soon as the last of its names has a value
    due = {n: [] for n in sequence}
    for line in lines:
        due[max(re.findall(r"[A-Za-z_]\w*", line), key=sequence.index)].append(line)

    def search(i, values):
        if i == len(sequence):
            return dict(values)
        name = sequence[i]
        for v in sorted(names[name], reverse=name in largest):
            values[name] = v
            if all(holds(line, values) for line in due[name]):
                found = search(i + 1, values)
                if found:
                    return found
        values.pop(name, None)
        return None

    return search(0, {})


def generator(seed):
    return random.Random(seed)
