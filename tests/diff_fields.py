# SPDX-License-Identifier: MIT
"""Random programs about fields of objects that begin as floats, which native code keeps as doubles: given other
kinds, odd floats, the same object twice, subclasses, errors between stores."""
import random

FIELDS = ["x", "y", "z", "w", "u"]
FLOATS = ["0.0", "-0.0", "1.5", "2.25", "-3.75", "1e300", "1e-310", "5e-324", "0.1", "1e308 * 10.0",
          "(1e308 * 10.0 - 1e308 * 10.0)"]
OTHERS = ["3", '"t"', "naething", "aye", "[1]", "9223372036854775807"]
SHOW = """dae show(o) {
    ken r = []
    fer get in [|o| o.x, |o| o.y, |o| o.z, |o| o.w, |o| o.u] {
        hae_a_bash { ken v = get(o); shove(r, f"{whit_kind(v)}:{v}") } gin_it_gangs_wrang e { shove(r, "nane") }
    }
    blether r
}"""


class Program:
    def __init__(self, seed):
        self.rng = random.Random(f"fields {seed}")
        self.classes = []  # (name, fields, parameters of init)

    def chance(self, p):
        return self.rng.random() < p

    def pick(self, *items):
        return self.rng.choice(items)

    def field(self, objects, fields):
        return f"{self.rng.choice(objects)}.{self.rng.choice(fields)}"

    def expr(self, objects, fields, names, depth=2):
        roll = self.rng.random()
        if depth == 0 or roll < 0.45:
            return self.field(objects, fields)
        if roll < 0.55:
            return self.rng.choice(names)
        if roll < 0.65:
            return self.pick("0.5", "2.0", "1.0", "-0.25", "2")
        if roll < 0.70:
            return f"sqrt({self.expr(objects, fields, names, depth - 1)})"
        left, right = (self.expr(objects, fields, names, depth - 1) for _ in range(2))
        return f"({left} {self.pick('+', '+', '-', '-', '*', '*', '/')} {right})"

    def stores(self, objects, fields, names, most):
        return [f"{self.field(objects, fields)} = "
                + (self.expr(objects, fields, names) if self.chance(0.85) else self.rng.choice(names))
                for _ in range(self.rng.randint(1, most))]

    def class_(self, i):
        fields = FIELDS[:self.rng.randint(2, 5)]
        if self.chance(0.4):
            self.rng.shuffle(fields)
        parent = self.rng.choice(self.classes) if self.classes and self.chance(0.5) else None
        params = [f for f in fields if self.chance(0.6)]
        init = []
        if parent and self.chance(0.5):
            init.append(f"auld.init({', '.join(self.rng.choice(FLOATS) for _ in parent[2])})")
        for f in fields:
            start = self.rng.choice(FLOATS if self.chance(0.85) else OTHERS)
            init.append(f"masel.{f} = {f if f in params else start}")
        here = ["masel", "o"]
        method = self.stores(here, fields, ["v"], 3) + ["gie " + self.expr(here, fields, ["v"])]
        self.classes.append((f"K{i}", fields, params))
        return (f"kin K{i}{f' fae {parent[0]}' if parent else ''} {{\n    dae init({', '.join(params)}) "
                f"{{ {'; '.join(init)} }}\n    dae m(o, v) {{ {'; '.join(method)} }}\n}}")

    def function(self, i):
        fields = self.rng.choice(self.classes)[1]
        body = self.stores(["a", "b"], fields, ["p"], 4)
        if self.chance(0.7):
            loop = self.stores(["a", "b"], fields, ["p", "i"], 4)
            body.append(f"fer i in 0..{self.pick('3', 'len(xs)', 'n')} {{ {'; '.join(loop)} }}")
        if self.chance(0.5):
            body.append(f"fer o in xs {{ {'; '.join(self.stores(['a', 'o'], fields, ['p'], 3))} }}")
        body.append("gie " + self.expr(["a", "b"], fields, ["p"]))
        return f"dae f{i}(a, b, p, xs, n) {{\n    " + "\n    ".join(body) + "\n}"

    def object(self):
        return f"objs[{self.rng.randrange(6)}]"

    def value(self):
        return self.rng.choice(FLOATS) if self.chance(0.4) else f"odd[{self.rng.randrange(8)}]"

    def call(self, n_functions):
        if self.chance(0.2):
            return f"{self.object()}.{self.rng.choice(FIELDS)} = odd[{self.rng.randrange(8)}]"
        call = f"{self.object()}.m({self.object()}, {self.value()})"
        if self.chance(0.7):
            call = (f"f{self.rng.randrange(n_functions)}({self.object()}, {self.object()}, {self.value()}, xs, "
                    f"{self.rng.randint(0, 4)})")
        return f"hae_a_bash {{ blether {call} }} gin_it_gangs_wrang e {{ blether e }}"

    def source(self):
        out = [self.class_(i) for i in range(self.rng.randint(1, 3))]
        n_functions = self.rng.randint(2, 4)
        out += [self.function(i) for i in range(n_functions)] + [SHOW]
        out.append(f"ken odd = [{', '.join(self.rng.choice(FLOATS + OTHERS) for _ in range(8))}]")
        out.append("ken objs = []")
        for _ in range(6):
            name, _, params = self.rng.choice(self.classes)
            out.append(f"shove(objs, {name}({', '.join(self.value() for _ in params)}))")
        out.append("ken xs = [objs[0], objs[1], objs[0], objs[2]]")
        out += [self.call(n_functions) for _ in range(self.rng.randint(15, 30))]
        out.append("fer o in objs { show(o) }")
        return "\n".join(out) + "\n"


def fields():
    for seed in range(16):
        yield f"fields {seed}", Program(seed).source()
