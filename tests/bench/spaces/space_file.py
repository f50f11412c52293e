"""A search space in T1 JSON as the peers need it: names, values, conditions."""
import ast
import json
import pathlib
import random


class Space:
    def __init__(self, name, valid, params, conditions):
        self.name, self.valid = name, valid  # valid: the stated count, or None
        self.params = params                 # [(name, [value, ...])]
        self.conditions = conditions         # Python expressions, as published

    def cartesian(self):
        n = 1
        for _, values in self.params:
            n *= len(values)
        return n

    def text(self):
        types = {bool: "bool", int: "int", float: "float", str: "string"}
        return json.dumps({
            "General": {"Name": self.name, "ValidConfigurations": self.valid},
            "ConfigurationSpace": {
                "TuningParameters": [{"Name": n, "Type": types[type(v[0])], "Values": repr(v)} for n, v in self.params],
                "Conditions": [{"Expression": c, "Parameters": names_of(c)} for c in self.conditions]}})


def read(path):
    document = json.loads(pathlib.Path(path).read_text())
    space = document["ConfigurationSpace"]
    params = []
    for p in space["TuningParameters"]:
        values = p["Values"]
        params.append((p["Name"], list(ast.literal_eval(values)) if isinstance(values, str) else values))
    return Space(document["General"].get("Name", pathlib.Path(path).stem), document["General"].get("ValidConfigurations"),
                 params, [c["Expression"] for c in space.get("Conditions", [])])


def names_of(condition):
    return sorted({n.id for n in ast.walk(ast.parse(condition.strip(), mode="eval")) if isinstance(n, ast.Name)})


def conjuncts(conditions):
    """The conditions as trees, `a and b` as two."""
    todo = [ast.parse(c.strip(), mode="eval").body for c in conditions]
    out = []
    while todo:
        tree = todo.pop(0)
        if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
            todo = tree.values + todo
        else:
            out.append(tree)
    return out


def reversed_order(space):
    return Space(space.name + "~reversed", space.valid, space.params[::-1], space.conditions)


def shuffled_order(space, seed):
    params = space.params[:]
    random.Random(f"{space.name} {seed}").shuffle(params)
    return Space(f"{space.name}~shuffled{seed}", space.valid, params, space.conditions)
