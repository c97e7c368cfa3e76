# SPDX-License-Identifier: MIT
"""Random programs in mdhavers that end: trees that can be written out and made smaller.

`program(seed)` gives a dict of file name to Node. Every loop counts down, recursion has a depth, and
in most programs functions use up fuel. What is printed depends on nothing but the program.
"""
import pathlib
import random
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Node:
    """A piece of a program: `kind` is "e" (expression), "s" (statement) or "b" (block of statements)."""
    __slots__ = ("kind", "parts")

    def __init__(self, kind, parts):
        self.kind, self.parts = kind, parts

    def lines(self):
        """The statements of a block, as lines."""
        return [line for part in self.parts for line in part.text().split("\n")]

    def text(self):
        if self.kind == "b":
            return "\n".join(["{", *("    " + line for line in self.lines()), "}"])
        return "".join(part if isinstance(part, str) else part.text() for part in self.parts)


def write(root):
    """A file: the statements of its outermost block."""
    return "\n".join(root.lines()) + "\n"


def ex(*parts):
    return Node("e", list(parts))


def st(*parts):
    return Node("s", list(parts))


def blk(*statements):
    return Node("b", list(statements))


BORDERS = [2**31, 2**31 - 1, 2**32, 2**53, 2**53 + 1, 2**61, 2**62 - 1, 2**62, 2**62 + 1, 2**63 - 1,
           2**63 - 2, 3037000499, 3037000500, 4294967295, 10**18]
SMALL = [0, 1, 1, 2, 2, 3, 4, 5, 7, 10, 16, 63, 64, 100, 127, 128, 255, 256, 1000]
FLOATS = ["0.0", "-0.0", "0.5", "1.0", "1.5", "2.0", "-1.0", "3.25", "0.1", "1e308", "1e-310", "1e18",
          "9.3e18", "4611686018427387904.0", "9223372036854775808.0", "-9223372036854775808.0",
          "9007199254740993.0", "123456789.125", "1e16", "1e15"]
STRINGS = ["", "a", "b", "ab", "haggis", "é", "日本語", "🏴x", "0", "12", "-7", "3.5", " pad ", "x\\ny",
           "{}", "%d", "tab\\tin", "Neeps", "zz", "aXbXc", "k", "method", "nul\\0l", "ﬁ", "ÀÉ"]
BYTES = ['b"\\x80\\x00text"', 'b""', 'b"abc"', 'bytes(3)', 'bytes_from_string("é!")', 'b"\\xff\\xfe\\xfd\\xfc"']
LOCALS = ["a", "b", "c", "d", "x", "y", "z", "w", "acc", "it"]
FIELDS = ["name", "size", "nxt", "k"]
METHODS = ["m1", "m2", "grow", "size_o", "k"]
ARITHMETIC = ["+", "+", "-", "-", "*", "*", "/", "%"]
COMPARE = ["<", "<=", ">", ">=", "==", "!="]
OPERATORS = {"__pit_thegither__": "+", "__tak_awa__": "-", "__times__": "*", "__pairt__": "/",
             "__lave__": "%", "__same_as__": "==", "__differs_fae__": "!=", "__wee_er__": "<",
             "__wee_er_or_same__": "<=", "__muckle_er__": ">", "__muckle_er_or_same__": ">="}
SPECS = ["d", "x", "X", "b", "o", "e", "g", "s", ".2f", "08x", "<12", ">12", "^9", "*^9", ".3e", "10.3f"]
KINDS = ["int", "int", "int", "float", "float", "str", "str", "bool", "nil", "list", "list", "dict", "creel",
         "bytes", "fn", "inst"]

# Builtins that depend on the world or on chance, take long for big numbers, or end the program.
UNFIT = set("""is_prime haver slainte scots_convert jings crivvens help_ma_boab och blooter stooshie
    skip lines debug bonnie exit is_wee is_muckle get_key speir""".split())
FIT_MODULES = "bytes dicts higher json lists numbers regex strings testing types whimsy".split()


def read_builtins():
    """Name -> list of parameter kinds, for those whose result depends on their arguments alone."""
    found = {}
    for module in FIT_MODULES:
        text = (ROOT / "abi" / "builtins" / f"{module}.def").read_text()
        for row in re.split(r"\n(?=\w+\()", text):
            head = re.match(r"B\((\w+),", row)
            if not head or head[1] in UNFIT or re.search(r"\|\s*RANDOM", row):
                continue
            row = row.replace("RE_TEXT", "P(s, STRING").replace("RE_PATTERN", "P(p, STRING")
            found[head[1]] = re.findall(r"\b(?:P|O|R|OPT|REST)\(\w+, ([A-Z|_]+)", row.split('EX(')[0])
    return found


PARAMETER = {"INTEGER": "int", "NUM": "int", "FLOAT": "float", "STRING": "str", "LIST": "list", "DICT": "dict",
             "CREEL": "creel", "BYTES": "bytes", "CALLABLE": "fn", "FUNCTION": "fn", "BOOL": "bool"}


class Fn:
    """A function that calls may name."""

    def __init__(self, name, required, optional, rest, kinds):
        self.name, self.required, self.optional, self.rest, self.kinds = name, required, optional, rest, kinds


class Scope:
    """Names that may be used here: name -> guessed kind. `loop`: brak is allowed; `fn`: gie is."""

    def __init__(self, outer=None, fn=None, loop=None, masel=None):
        self.names = dict(outer.names) if outer else {}
        self.fn = outer.fn if outer and fn is None else bool(fn)
        self.loop = outer.loop if outer and loop is None else bool(loop)
        self.masel = outer.masel if outer and masel is None else masel


class Generator:
    builtins = read_builtins()

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.count = 0
        self.fns, self.classes, self.structs, self.modules = [], [], [], []
        self.globals = []
        self.fuelled = self.rng.random() < 0.7
        self.room = 0          # statements still to be made
        self.loops = 0         # nesting

    # ---- small things ----

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, p):
        return self.rng.random() < p

    def new(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def integer(self):
        roll = self.rng.random()
        if roll < 0.6:
            n = self.rng.choice(SMALL)
        elif roll < 0.9:
            n = self.rng.choice(BORDERS) - self.rng.randrange(2)
        else:
            n = self.rng.getrandbits(self.rng.randrange(1, 63))
        if self.chance(0.3):
            return f"(-{n} - 1)" if self.chance(0.3) else f"(-{n})"
        return str(n)

    def floating(self):
        roll = self.rng.random()
        if roll < 0.1:
            return f'tae_float("{self.pick("inf", "-inf", "nan")}")'
        if roll < 0.8:
            text = self.rng.choice(FLOATS)
            return f"({text})" if text[0] == "-" else text
        return repr(round(self.rng.uniform(-1000, 1000), 3)) if self.chance(0.5) else "(0.0 - 2.75)"

    def string(self):
        quote = self.pick('"', '"', "'")
        return quote + self.rng.choice(STRINGS) + quote

    # ---- expressions ----

    def target(self, scope):
        """A variable that may be assigned without making a loop endless."""
        fit = [name for name in scope.names if not re.match(r"i\d|[fr]_|n$", name)]
        return self.rng.choice(fit) if fit else None

    def named(self, scope, kind):
        """A variable in scope that perhaps has this kind, or None."""
        fit = [name for name, k in scope.names.items() if k == kind]
        return self.rng.choice(fit) if fit else None

    def leaf(self, scope, kind):
        if kind == "any":
            kind = self.rng.choice(KINDS)
        name = self.named(scope, kind)
        if name and self.chance(0.7):
            return ex(name)
        if kind == "int":
            return ex(self.integer())
        if kind == "float":
            return ex(self.floating())
        if kind == "str":
            return ex(self.string())
        if kind == "bool":
            return ex(self.pick("aye", "(nae)"))
        if kind == "list":
            return ex(self.pick("[]", "[1, 2, 3]", '["b", "a"]', "[1, 2.5, 'x', naething]", "[[1, 2], [3]]",
                                "[3, 1, 2]", "(0..4)", "(1..=3)", "[1.5, 0.5]", "[aye, (nae)]",
                                "[9223372036854775807, 1]", "['é', '日']"))
        if kind == "dict":
            return ex(self.pick("{}", '{"a": 1, "k": 2}', "{1: 'one', 1.0: 'float'}", '{"name": "x", "size": 3}',
                                "{aye: [1], naething: {}}"))
        if kind == "creel":
            return ex(self.pick("creel([])", "creel([1, 2, 3])", 'creel(["b", "a", "b"])', "creel([1, 1.0, '1'])"))
        if kind == "bytes":
            return ex(self.rng.choice(BYTES))
        if kind == "fn":
            return self.function_value(scope)
        if kind == "inst" and self.classes:
            return self.construct(scope, 1)
        return ex("naething")

    def function_value(self, scope):
        roll = self.rng.random()
        if roll < 0.3 and self.fns:
            return ex(self.rng.choice(self.fns).name)
        if roll < 0.5:
            return ex(self.pick("len", "tae_string", "whit_kind", "abs", "upper", "max", "slap"))
        return ex("(", self.lambda_(scope, self.rng.randrange(3), 1), ")")

    def lambda_(self, scope, arity, depth):
        params = self.rng.sample(LOCALS, arity)
        inner = Scope(scope, fn=True, loop=False)
        inner.names.update({p: self.rng.choice(["int", "int", "str", "list", "any"]) for p in params})
        head = f"|{', '.join(params)}| "
        if self.chance(0.7) or self.room <= 0:
            return ex(head, self.expr(inner, self.pick("int", "int", "bool", "str", "any"), depth))
        return ex(head, self.body(inner, 2))

    def construct(self, scope, depth):
        cls, count = self.rng.choice(self.classes)
        if self.chance(0.1):
            count += self.pick(-1, 1)
        return ex(cls, "(", *self.commas([self.expr(scope, "any", depth) for _ in range(max(count, 0))]), ")")

    def commas(self, items):
        out = []
        for item in items:
            out += [item, self.pick(", ", ", ", ", ", ", ", ", ", ",\n    ")]
        return out[:-1]

    def expr(self, scope, kind, depth=2):
        """An expression that would like to have this kind."""
        if self.chance(0.04):
            kind = "any"
        if kind == "any":
            kind = self.rng.choice(KINDS)
        if depth <= 0 or self.chance(0.2):
            return self.leaf(scope, kind)
        roll = self.rng.random()
        if roll < 0.07:
            return self.general(scope, kind, depth)
        if roll < 0.2:
            return self.builtin(scope, kind, depth)
        if roll < 0.3 and self.fns:
            return self.call(scope, depth)
        make = getattr(self, "make_" + kind, None)
        return make(scope, depth - 1) if make else self.leaf(scope, kind)

    def general(self, scope, kind, depth):
        """Forms that give any kind."""
        e, roll = self.expr, self.rng.randrange(11)
        if roll == 0:
            return ex("(gin ", e(scope, "bool", depth - 1), " than ", e(scope, kind, depth - 1), " ither ",
                      e(scope, kind, depth - 1), ")")
        if roll == 1:
            return ex("(", e(scope, kind, depth - 1), self.pick(" an ", " or "), e(scope, kind, depth - 1), ")")
        if roll == 2:
            return ex("(", self.lambda_(scope, 0, depth - 1), ")()")
        if roll == 3:
            return ex("(", e(scope, "any", depth - 1), " |> ", self.pick("identity", "tae_string", "whit_kind", "len",
                                                                        "same"), ")")
        if roll == 4:
            return ex("(", e(scope, "list", depth - 1), ")[", self.small(scope), "]")
        if roll == 5:
            name = self.target(scope) or "nowhere"
            return ex("(", name, " = ", e(scope, kind, depth - 1), ")")
        if roll == 6:
            return ex("(", e(scope, "dict", depth - 1), ")", self.pick(".name", ".k", '["a"]', "[1]", ".nae_there"))
        if roll == 7 and self.modules:
            module, names = self.rng.choice(self.modules)
            return ex(f"{module}.{self.rng.choice(names)}")
        if roll == 8:
            return ex("(keek ", e(scope, "any", depth - 1), " { whan ", self.pattern(), " -> ",
                      e(scope, kind, depth - 1), "\n whan _ -> ", e(scope, kind, depth - 1), " })")
        if roll == 9 and self.classes:
            return self.method_call(scope, depth - 1)
        return self.leaf(scope, kind)

    def pattern(self):
        return self.pick("0", "1", "-1", "2.5", '"a"', "aye", "nae", "naething", "0..10", "5..20", "1, 2, 3",
                         "[]", "[p, q]", "[p, ...q]", '{"name": p}', '{"k"}', '"a", "b"', "q gin q == 3",
                         "q gin whit_kind(q) == 'integer'", "[1, _, q]", "[[p], q]").replace('{"k"}', '{"k": _}')

    def small(self, scope):
        """Something to index with."""
        if self.chance(0.6):
            return ex(self.pick("0", "1", "2", "-1", "-2", "3", "9"))
        return self.expr(scope, "int", 1)

    def make_int(self, scope, depth):
        roll = self.rng.random()
        if roll < 0.65:
            left = self.expr(scope, self.pick("int", "int", "int", "int", "bool", "float"), depth)
            return ex("(", left, f" {self.rng.choice(ARITHMETIC)} ", self.expr(scope, "int", depth), ")")
        if roll < 0.75:
            return ex("(-", self.expr(scope, "int", depth), ")")
        if roll < 0.82:
            return ex("len(", self.expr(scope, self.pick("str", "list", "dict"), depth), ")")
        if roll < 0.85:
            key = self.pick('"name"', '"k"', '"a"', "1", self.expr(scope, "any", 1))
            return ex("dict_get(", self.expr(scope, "dict", depth), ", ", key, ", ", self.leaf(scope, "int"), ")")
        if roll < 0.92:
            return ex("(", self.expr(scope, "bytes", depth), ")[", self.small(scope), "]")
        return ex("tae_int(", self.expr(scope, self.pick("float", "str", "bool", "int"), depth), ")")

    def make_float(self, scope, depth):
        if self.chance(0.8):
            left = self.expr(scope, self.pick("float", "float", "int"), depth)
            return ex("(", left, f" {self.rng.choice(ARITHMETIC)} ", self.expr(scope, "float", depth), ")")
        return ex(self.pick("sqrt(", "tae_float(", "-(", "floor("), self.expr(scope, "float", depth), ")")

    def make_bool(self, scope, depth):
        roll = self.rng.random()
        if roll < 0.6:
            kind = self.pick("int", "int", "float", "str", "any", "list", "inst")
            other = kind if self.chance(0.8) else self.pick("int", "float", "any")
            return ex("(", self.expr(scope, kind, depth), f" {self.rng.choice(COMPARE)} ",
                      self.expr(scope, other, depth), ")")
        if roll < 0.75:
            return ex("(", self.expr(scope, "bool", depth), self.pick(" an ", " or "), self.expr(scope, "bool", depth),
                      ")")
        return ex(self.pick("(nae (", "(!("), self.expr(scope, "any", depth), "))")

    def make_str(self, scope, depth):
        roll = self.rng.random()
        if roll < 0.4:
            kinds = ["str", self.pick("str", "any", "int", "float")]
            self.rng.shuffle(kinds)
            return ex("(", self.expr(scope, kinds[0], depth), " + ", self.expr(scope, kinds[1], depth), ")")
        if roll < 0.5:
            return ex("(", self.expr(scope, "str", depth), ")[", self.small(scope), "]")
        if roll < 0.65:
            return self.slice(scope, "str", depth)
        if roll < 0.72:
            return ex("(", self.expr(scope, "str", depth), f" * {self.pick(0, 1, 2, 3, '(-1)')})")
        return self.fstring(scope)

    def fstring(self, scope):
        names = list(scope.names) or ["nowhere"]
        parts = []
        for _ in range(self.rng.randrange(1, 4)):
            name = self.rng.choice(names)
            hole = self.pick(name, name, f"{name} + 1", f"whit_kind({name})", f"[{name}, 'q']", "1 + 2")
            spec = ":" + self.rng.choice(SPECS) if self.chance(0.3) else ""
            parts.append(self.pick("", "<", "t ", "{{", "é") + "{" + hole + spec + "}")
        return ex('f"' + "".join(parts) + '"')

    def slice(self, scope, kind, depth):
        def bound():
            return self.small(scope) if self.chance(0.6) else ""
        step = self.pick("", "", ":2", ":-1", ":0", ":-2", ":1")
        return ex("(", self.expr(scope, kind, depth), ")[", bound(), ":", bound(), step, "]")

    def make_list(self, scope, depth):
        roll = self.rng.random()
        if roll < 0.4:
            items = [self.expr(scope, "any" if self.chance(0.3) else "int", depth) for _ in range(self.rng.randrange(4))]
            if self.chance(0.15):
                items.append(ex("...", self.expr(scope, self.pick("list", "str"), depth)))
            return ex("[", *self.commas(items), "]")
        if roll < 0.5:
            return ex("(", self.expr(scope, "list", depth), " + ", self.expr(scope, "list", depth), ")")
        if roll < 0.65:
            return self.slice(scope, "list", depth)
        if roll < 0.75:
            return ex("(", self.pick("0", "1", "-2", "3"), self.pick("..", "..="), self.pick("0", "3", "5"), ")")
        verb = self.pick("gaun", "sieve", "ilk", "aw", "ony", "hunt", "pairt_by", "grup_up")
        return ex(verb, "(", self.expr(scope, "list", depth), ", ", self.lambda_(scope, 1, depth), ")")

    def make_dict(self, scope, depth):
        pairs = []
        for _ in range(self.rng.randrange(4)):
            key = ex(f'"{self.rng.choice(FIELDS)}"') if self.chance(0.7) else self.expr(scope, "any", 0)
            pairs.append(ex(key, ": ", self.expr(scope, "any", depth)))
        return ex("{", *self.commas(pairs), "}")

    def make_bytes(self, scope, depth):
        if self.chance(0.5):
            return self.slice(scope, "bytes", depth) if self.chance(0.7) else ex("bytes_concat(", self.leaf(scope, "bytes"), ", ", self.leaf(scope, "bytes"), ")")
        return ex("(", self.expr(scope, "bytes", depth), " + ", self.expr(scope, "bytes", depth), ")")

    def make_inst(self, scope, depth):
        if not self.classes:
            return self.leaf(scope, "inst")
        if self.chance(0.3):
            return ex("(", self.construct(scope, depth), f" {self.rng.choice(ARITHMETIC)} ",
                      self.expr(scope, "any", depth), ")")
        return self.construct(scope, depth)

    def builtin(self, scope, kind, depth):
        name = self.rng.choice(sorted(self.builtins))
        args = []
        for wanted in self.builtins[name]:
            fit = [PARAMETER[w] for w in wanted.split("|") if w in PARAMETER]
            guess = self.rng.choice(fit) if fit and self.chance(0.88) else "any"
            if guess == "int":       # big counts would only fill memory
                args.append(ex(self.pick("0", "1", "2", "3", "-1", "5", "17")) if self.chance(0.8) else
                            self.expr(scope, "int", depth - 1))
            elif guess == "fn":
                args.append(self.lambda_(scope, self.pick(1, 1, 1, 2), depth - 1))
            else:
                args.append(self.expr(scope, guess, depth - 1))
        if self.chance(0.06):
            args = args[:-1] if self.chance(0.5) else [*args, self.expr(scope, "any", 0)]
        return ex(name, "(", *self.commas(args), ")")

    def call(self, scope, depth):
        fn = self.rng.choice(self.fns)
        count = fn.required + self.rng.randrange(fn.optional + 1)
        if fn.rest:
            count += self.rng.randrange(3)
        if self.chance(0.06):
            count += self.pick(-1, 1)
        args = []
        for i in range(max(count, 0)):
            kind = fn.kinds[i] if i < len(fn.kinds) and self.chance(0.9) else "any"
            args.append(self.expr(scope, kind, depth - 1))
        if args and self.chance(0.06):
            return ex("(", args[0], " |> ", fn.name, "(", *self.commas(args[1:]), "))")
        if args and self.chance(0.1) and fn.required:
            at = len(args) - 1
            args[at] = ex(LOCALS[at % len(LOCALS)] if self.chance(0.1) else f"p{min(at, 9)}", ": ", args[at])
        elif self.chance(0.05):
            args.append(ex("...", self.expr(scope, "list", 1)))
        return ex(fn.name, "(", *self.commas(args), ")")

    def method_call(self, scope, depth):
        receiver = ex("masel") if scope.masel and self.chance(0.4) else self.expr(scope, "inst", depth)
        args = [self.expr(scope, "int", depth) for _ in range(self.rng.randrange(3))]
        if scope.masel and self.chance(0.15):
            return ex(f"auld.{self.rng.choice(METHODS)}(", *self.commas(args), ")")
        return ex("(", receiver, f").{self.rng.choice(METHODS)}(", *self.commas(args), ")")

    # ---- statements ----

    def show(self, scope, kind="any", depth=3):
        return st(f'p("{self.new("l")}", ', self.expr(scope, kind, depth), ")")

    def show_all(self, scope):
        """Every variable: what is left in registers when something threw is seen."""
        names = [n for n in scope.names if not n.startswith("f_")]
        if not names:
            return []
        return [st(f'p("{self.new("v")}", [', ", ".join(self.rng.sample(names, min(len(names), 8))), "])")]

    def block(self, scope, size, tail=()):
        inner = Scope(scope)
        return blk(*self.statements(inner, size), *tail)

    def body(self, scope, size):
        """A function's block: `scope` is its own."""
        out = [st("burn()")] if self.fuelled else []
        out += self.statements(scope, size)
        out.append(st("gie ", self.expr(scope, "any" if self.chance(0.4) else "int", 2)))
        return blk(*out)

    def statements(self, scope, size):
        out = []
        for _ in range(self.rng.randrange(1, size + 1)):
            if self.room <= 0:
                break
            self.room -= 1
            made = self.statement(scope)
            out += made if isinstance(made, list) else [made]
        return out or [self.show(scope, depth=1)]

    def statement(self, scope):
        """One statement, or a list of them."""
        chosen = self.rng.choices(self.MENU, self.WEIGHTS)[0]
        made = chosen(self, scope)
        if chosen not in (Generator.declare, Generator.assign) or self.chance(0.4) or not scope.names:
            return made
        return [made, st(f'p("{self.new("d")}", {self.rng.choice(list(scope.names))})')]

    def declare(self, scope):
        kind = self.rng.choice(KINDS)
        value = self.expr(scope, kind, 3)
        name = self.rng.choice(LOCALS)
        scope.names[name] = kind
        return st(f"ken {name} = ", value)

    def assign(self, scope):
        name = self.target(scope)
        if not name:
            return self.declare(scope)
        kind = scope.names[name] if self.chance(0.7) else self.rng.choice(KINDS)
        roll = self.rng.random()
        if roll < 0.35:
            return st(f"{name} {self.pick('+=', '-=', '*=', '+=', '%=', '/=')} ",
                      self.expr(scope, self.pick("int", "float", kind), 2))
        if roll < 0.5 and kind in ("list", "dict", "bytes"):
            key = self.small(scope) if kind != "dict" else self.expr(scope, "str", 1)
            return st(f"{name}[", key, f"] {self.pick('=', '=', '+=')} ", self.expr(scope, "int", 2))
        if roll < 0.6 and kind in ("inst", "dict"):
            return st(f"{name}.{self.rng.choice(FIELDS)} {self.pick('=', '=', '+=')} ", self.expr(scope, "any", 2))
        scope.names[name] = kind
        return st(f"{name} = ", self.expr(scope, kind, 3))

    def destructure(self, scope):
        names = self.rng.sample(LOCALS, self.rng.randrange(1, 4))
        shown = [self.pick(n, n, n, "_") for n in names]
        if self.chance(0.4):
            at = self.rng.randrange(len(shown))
            shown[at] = "..." + names[at]
        value = self.expr(scope, self.pick("list", "list", "str"), 2)
        for written in shown:
            if written != "_":
                scope.names[written.strip(".")] = "list" if written[0] == "." else "any"
        return st(f"ken [{', '.join(shown)}] = ", value)

    def if_(self, scope):
        parts = ["gin ", self.expr(scope, "bool", 2), " ", self.block(scope, 3)]
        if self.chance(0.4):
            parts += [" ither gin ", self.expr(scope, "bool", 2), " ", self.block(scope, 2)]
        if self.chance(0.5):
            parts += [" ither ", self.block(scope, 3)]
        return st(*parts)

    def looped(self, scope, head, count, first=(), names=()):
        if self.loops >= 2:
            return [self.show(scope)]
        self.loops += 1
        inner = Scope(scope, loop=True)
        inner.names.update(names)
        body = blk(*first, *self.statements(inner, 4))
        self.loops -= 1
        for name, kind in names:
            if count or self.chance(0.2):  # unset where the loop did not run
                scope.names[name] = kind
        return [*count, st(*head, " ", body)]

    def while_(self, scope):
        name = self.new("i")
        step = self.pick(1, 1, 2)
        condition = ["whiles ", f"{name} < {self.rng.randrange(1, 7)}"]
        if self.chance(0.2):
            condition = ["whiles ", f"{name} < 5 an ", self.expr(scope, "bool", 1)]
        return self.looped(scope, condition, [st(f"ken {name} = 0")], [st(f"{name} += {step}")], [(name, "int")])

    def for_(self, scope):
        var, roll = self.rng.choice(LOCALS), self.rng.randrange(9)
        if roll < 3:
            start = self.pick(0, 0, 1, -2, 9223372036854775803, 4611686018427387900)
            dots, end = self.pick("..", "..="), start + self.rng.randrange(0, 5)
            if end > 2**63 - 1:
                end = 2**63 - 1
            text = f"({start})" if start < 0 else str(start)
            return self.looped(scope, [f"fer {var} in {text}{dots}{end}"], [], [], [(var, "int")])
        if roll == 3:
            count = ex("len(", self.expr(scope, "list", 1), ")")
            return self.looped(scope, [f"fer {var} in 0..(", count, " % 6)"], [], [], [(var, "int")])
        if roll == 4:
            other = self.rng.choice([n for n in LOCALS if n != var])
            kind = self.pick("dict", "list", "dict", "list", "str")
            return self.looped(scope, [f"fer {var}, {other} in ", self.short(scope, kind)], [], [],
                               [(var, "any"), (other, "any")])
        kind = self.pick("list", "list", "list", "str", "dict", "bytes", "creel", "any")
        inner = {"list": "int", "str": "str", "bytes": "int"}.get(kind, "any")
        return self.looped(scope, [f"fer {var} in ", self.short(scope, kind)], [], [], [(var, inner)])

    def short(self, scope, kind):
        """Something to iterate over that is not long."""
        if kind in ("list", "str", "bytes") and self.chance(0.5):
            return ex("(", self.expr(scope, kind, 1), ")[0:6]")
        return self.leaf(Scope(), kind) if kind != "any" else self.leaf(Scope(), self.rng.choice(KINDS))

    def leave(self, scope):
        """brak, haud, gie or hurl, mostly under a condition."""
        ways = [st("hurl ", self.expr(scope, self.pick("str", "any"), 1))]
        if scope.loop:
            ways += [st("brak"), st("haud")] * 3
        if scope.fn:
            ways += [st("gie ", self.expr(scope, "any", 1)), st("gie")]
        way = self.rng.choice(ways)
        return st("gin ", self.expr(scope, "bool", 2), " ", blk(way))

    def bare_leave(self, scope):
        ways = [["hurl ", self.expr(scope, "any", 1)]] * 2 + ([["brak"], ["haud"]] if scope.loop else [])
        ways += [["gie ", self.expr(scope, "any", 1)]] if scope.fn else []
        return st("gin aye ", blk(st(*self.rng.choice(ways))))

    def try_(self, scope):
        error = self.pick("e", "e", "err", "_")
        caught = Scope(scope)
        if error != "_":
            caught.names[error] = "any"
        inside = self.block(scope, 4, [self.bare_leave(scope)] if self.chance(0.25) else ())
        parts = ["hae_a_bash ", inside]
        catch = self.chance(0.85)
        if catch:
            shown = [st(f'p("{self.new("e")}", {error})')] if error != "_" else []
            handler = self.statements(caught, 2) if self.chance(0.4) else []
            parts += [f" gin_it_gangs_wrang {error} ", blk(*shown, *self.show_all(scope), *handler)]
            if self.chance(0.1):
                parts[-1].parts.append(st("hurl ", error if error != "_" else "1"))
        if not catch or self.chance(0.25):
            last = [self.bare_leave(scope)] if self.chance(0.15) else []
            parts += [" at_the_hinner_en ", blk(*self.statements(Scope(scope), 2), *last)]
        if error != "_" and catch and self.chance(0.1):  # unset when nothing was caught
            scope.names.setdefault(error, "any")
        return st(*parts)

    def keek(self, scope):
        arms = []
        for _ in range(self.rng.randrange(1, 4)):
            inner = Scope(scope)
            pattern = self.pattern()
            for name in re.findall(r"\b[pq]\b", pattern):
                inner.names[name] = "any"
            arms.append(st(f"whan {pattern} -> ", self.block(inner, 2)))
        if self.chance(0.85):
            arms.append(st("whan _ -> ", self.block(scope, 1)))
        return st("keek ", self.expr(scope, "any", 2), " ", blk(*arms))

    def closures(self, scope):
        """Functions made in a loop, called after it."""
        kept, var = self.new("fs"), self.rng.choice(LOCALS)
        inner = Scope(scope)
        inner.names.update({var: "int", "own": "int"})
        body = blk(st("ken own = ", self.expr(inner, "int", 1)),
                   st(f"shove({kept}, ", self.lambda_(inner, 0, 2), ")"),
                   st(f"shove({kept}, || {self.pick('own += 1', f'{var} = {var} + own', f'[own, {var}]')})"))
        if self.chance(0.3):
            body.parts.append(self.leave(Scope(inner, loop=True)))
        call = blk(st(f'p("{self.new("c")}", t(fn))'))
        return [st(f"ken {kept} = []"), st(f"fer {var} in 0..3 ", body), st(f"fer fn in {kept} + {kept} ", call)]

    def kernel(self, scope):
        """A loop of arithmetic whose variables change kind, overflow and are seen by the handler."""
        names = self.rng.sample(LOCALS, 3)
        inner = Scope(scope, loop=True)
        inner.names.update(dict.fromkeys(names, "int"))
        i = self.new("i")
        inner.names[i] = "int"
        start = [st(f"ken {n} = ", self.leaf(Scope(), self.pick("int", "int", "int", "float"))) for n in names]
        steps = [st(f"{i} += 1")]
        for _ in range(self.rng.randrange(2, 6)):
            n = self.rng.choice(names)
            step = self.pick(st(f"{n} = ", self.expr(inner, self.pick("int", "int", "int", "float"), 2)),
                             st(f"{n} {self.pick('+=', '-=', '*=')} ", self.leaf(inner, "int")))
            if self.chance(0.3):
                step = st("gin ", self.expr(inner, "bool", 1), " ", blk(step))
            steps.append(step)
        seen = st(f'p("{self.new("k")}", [{", ".join([*names, i])}])')
        loop = st(f"whiles {i} < {self.pick(3, 20, 70, 200)} ", blk(*steps))
        caught = blk(st(f'p("{self.new("e")}", e)'), seen)
        wrapped = st("hae_a_bash ", blk(loop), " gin_it_gangs_wrang e ", caught)
        scope.names.update(dict.fromkeys([*names, i], "int"))
        return [*start, st(f"ken {i} = 0"), wrapped if self.chance(0.8) else loop, seen]

    def containers(self, scope):
        """A loop over what lies in a list, octets, a dict and an object's fields."""
        i, where = self.new("i"), [f"xs[{{i}}]", "bs[{i}]", "ob.k", "ob.size", "ob['k']", "ys[{i}]", "s[{i}]"]
        inner = Scope(scope, loop=True)
        inner.names.update({i: "int", "xs": "list", "ys": "list", "bs": "bytes", "ob": "dict", "s": "str", "n": "int"})
        thing = self.pick('{"k": 1, "size": 2}', "ob0", self.leaf(inner, "inst")) if self.classes else '{"k": 1, "size": 2}'
        start = [st("ken xs = ", self.pick("[1, 2, 3, 4, 5, 6]", "[0.5, 1.5, 2.5]", "[1, 'a', 2.5]", "(0..6)")),
                 st("ken ys = ", self.pick("xs", "[xs, xs]", "['a', 'b', 'c']", "[9223372036854775807, 1, 2]")),
                 st('ken bs = bytes_from_string("abcdef")'), st('ken ob0 = {"k": 1.5, "size": "s"}'),
                 st("ken ob = ", thing), st('ken s = "abcdéf"'), st("ken n = 0")]

        def place():
            at = self.pick(i, i, i, f"{i} - 1", f"{i} + 1", "0", "-1", f"{i} % 3", "n")
            return self.rng.choice(where).replace("{i}", at)
        steps = []
        for _ in range(self.rng.randrange(2, 6)):
            value = self.pick(ex(f"{place()} {self.rng.choice(ARITHMETIC)} {place()}"), ex(f"{place()} + n"),
                              self.expr(inner, "int", 1), ex(f"len({self.pick('xs', 's', 'bs', 'ys')})"), ex(f"{i} * 3 % 7"),
                              ex("dict_get(ob0, ", self.pick("'k'", "'size'", "n", i), ", ", self.pick("0", "2.5", place()), ")"))
            steps.append(self.pick(st(f"{place()} = ", value), st("n += ", value), st(f"{place()} += ", value),
                                   st(f"gin {place()} {self.rng.choice(COMPARE)} ", value, " ", blk(st("n += 1")))))
        steps = [s for s in steps if not re.match(r"s\[", s.text())] or [st("n += 1")]
        if self.chance(0.3):
            steps = [st("hae_a_bash ", blk(*steps), " gin_it_gangs_wrang e ", blk(st('p("q", e)')))]
        head = self.pick([f"fer {i} in 0..6"], [f"fer {i} in 0..len(xs)"], [f"fer {i}, v in xs"])
        seen = st(f'p("{self.new("q")}", [xs, ys, bs[0], ob, n])')
        loop = st("hae_a_bash ", blk(st(*head, " ", blk(*steps))), " gin_it_gangs_wrang e ", blk(st('p("q", e)')))
        scope.names.update(xs="list", ob="dict")
        return [*start, loop, seen]

    def redefine(self, scope):
        """A function or class that calls knew as something else."""
        if not self.fns:
            return self.show(scope)
        fn = self.rng.choice(self.fns)
        roll = self.rng.random()
        if roll < 0.5:
            return st(f"{fn.name} = ", self.lambda_(scope, self.rng.randrange(3), 2))
        if roll < 0.7 and self.classes:
            return st(f"{self.rng.choice(self.classes)[0]} = ", self.pick("naething", fn.name, self.rng.choice(self.classes)[0]))
        return [st(f"dae {fn.name}(p0) ", blk(st("gie ", self.expr(Scope(scope, fn=True), "any", 2)))),
                st(f'p("{self.new("r")}", t(|| {fn.name}(1)))')]

    def function(self, scope, name=None, depth=3):
        """A named function, visible from here on."""
        name = name or self.new("f_")
        required, optional = self.rng.randrange(4), self.pick(0, 0, 0, 1, 2)
        rest = self.chance(0.12)
        inner = Scope(scope, fn=True, loop=False)
        params, kinds = [], []
        for i in range(required + optional):
            kind = self.rng.choice(["int", "int", "int", "float", "str", "list", "any"])
            kinds.append(kind)
            params += [f"p{i}"] if i < required else [f"p{i} = ", self.expr(inner, kind, 1)]
            params.append(", ")
            inner.names[f"p{i}"] = kind
        if rest:
            params += ["...others", ", "]
            inner.names["others"] = "list"
        loops, self.loops = self.loops, 1
        body = self.body(inner, depth)
        self.loops = loops
        fn = Fn(name, required, optional, rest, kinds)
        return fn, st(f"dae {name}(", *params[:-1], ") ", body)

    def nested_function(self, scope):
        if self.room < 5:
            return self.show(scope)
        fn, made = self.function(scope, depth=2)
        scope.names[fn.name] = "fn"
        args = [self.expr(scope, k, 1) for k in fn.kinds[:fn.required]]
        return [made, st(f'p("{self.new("n")}", ', fn.name, "(", *self.commas(args), "))")]

    def recursion(self, scope):
        name, kind = self.new("r_"), self.pick("int", "str", "list")
        inner = Scope(scope, fn=True, loop=False)
        inner.names.update(n="int", v=kind)
        step = self.expr(inner, kind, 2)
        shape = self.rng.randrange(4)
        again = [ex(f"{name}(n - 1, ", step, ")"), ex(f"1 + {name}(n - 1, ", step, ")"),
                 ex(f"[{name}(n - 1, ", step, f"), {name}(n - 2, v)]"),
                 ex(f"({name}(n - 1, ", step, "))")][shape]
        made = st(f"dae {name}(n, v) ", blk(st("gin n <= 0 ", blk(st("gie ", self.expr(inner, kind, 1)))),
                                            *self.statements(inner, 1), st("gie ", again)))
        return [made, st(f'p("{name}", t(|| {name}({self.pick(0, 1, 3, 5)}, ', self.leaf(Scope(), kind), ")))")]

    def block_(self, scope):
        return Node("s", [self.block(scope, 3)])

    def show_some(self, scope):
        return self.show(scope) if self.chance(0.7) else st("blether ", self.expr(scope, "any", 3))

    def guarded(self, scope):
        return st(f'p("{self.new("t")}", t(|| ', self.expr(scope, "any", 3), "))")

    def assertion(self, scope):
        return st("mak_siccar ", self.expr(scope, "bool", 2), self.pick("", ', "siccar"', ", 1 / 0"))

    def rarely(self, scope):
        roll = self.rng.randrange(8)
        if roll == 0 and self.chance(0.3):
            return st("gin ", self.expr(scope, "bool", 1), " ", blk(st(f"exit({self.pick(0, 1, 3, 200)})")))
        if roll == 1:
            return st("blether stacktrace()") if self.chance(0.3) else self.guarded(scope)
        if roll == 2 and self.classes:
            return self.show(scope, "inst")
        if roll == 3:
            return st("p(\"u\", nowhere_", str(self.count), ")")
        if roll == 4 and self.modules:
            module, names = self.rng.choice(self.modules)
            return st(f'p("{self.new("m")}", t(|| {module}.{self.rng.choice(names)}(', self.leaf(scope, "int"), ")))")
        if roll == 5:
            return st(f'p("{self.new("s")}", sort(', self.expr(scope, "list", 2), "))")
        return st("ken _ = ", self.expr(scope, "any", 3))

    MENU = [show_some, declare, assign, destructure, if_, while_, for_, leave, try_, keek, closures, kernel,
            nested_function, recursion, block_, guarded, assertion, rarely, containers, redefine]
    WEIGHTS = [14, 14, 14, 2, 8, 4, 7, 6, 9, 3, 2, 4, 2, 2, 2, 7, 1, 3, 3, 0.4]

    # ---- definitions at the top ----

    def class_(self, scope):
        name, parent = self.new("K"), None
        if self.classes and self.chance(0.5):
            parent = self.rng.choice(self.classes)[0]
        methods, count = [], 0
        if self.chance(0.3):          # all fields are numbers to begin with
            fields = [st(f"masel.{field} = {self.rng.choice(SMALL)}") for field in FIELDS]
            methods.append(st("dae init() ", blk(*fields)))
        elif self.chance(0.8):
            count = self.rng.randrange(3)
            inner = Scope(scope, fn=True, loop=False, masel=name)
            inner.names.update({f"p{i}": "any" for i in range(count)})
            body = [st("burn()")] if self.fuelled else []
            body += [st(f"masel.{self.rng.choice(FIELDS)} = ", self.expr(inner, "any", 1))
                     for _ in range(self.rng.randrange(1, 4))]
            if parent and self.chance(0.5):
                body.append(st("auld.init(", self.expr(inner, "int", 1), ")"))
            methods.append(st(f"dae init({', '.join(f'p{i}' for i in range(count))}) ", blk(*body)))
        chosen = self.rng.sample(METHODS, self.rng.randrange(1, 4))
        chosen += self.rng.sample(sorted(OPERATORS), self.rng.randrange(3))
        for method in chosen:
            methods.append(self.method(scope, name, method, parent))
        self.classes.append((name, count))
        return st(f"kin {name} {f'fae {parent} ' if parent else ''}", blk(*methods))

    def method(self, scope, cls, name, parent):
        inner = Scope(scope, fn=True, loop=False, masel=cls)
        params = ["other"] if name in OPERATORS else [f"p{i}" for i in range(self.rng.randrange(3))]
        inner.names.update(dict.fromkeys(params, "any"))
        body = [st("burn()")] if self.fuelled else []
        if self.chance(0.5):
            field = self.rng.choice(FIELDS)
            body.append(st(f"masel.{field} = masel.{self.pick(field, self.rng.choice(FIELDS))} {self.rng.choice(ARITHMETIC)} ",
                           self.expr(inner, self.pick("int", "float"), 1)))
        body += self.statements(inner, 2)
        if parent and self.chance(0.3):
            body.append(st(f"gie auld.{name}(", *self.commas(params), ")"))
        elif self.chance(0.4):
            field = self.rng.choice(FIELDS)
            body += [st(f"masel.{field} = ", self.expr(inner, "any", 1)), st(f"gie {self.pick('masel', 'masel.' + field)}")]
        else:
            body.append(st("gie ", self.expr(inner, "any", 2)))
        return st(f"dae {name}({', '.join(params)}) ", blk(*body))

    def struct(self):
        name = self.new("S")
        self.structs.append(name)
        return st(f"thing {name} {{ {', '.join(FIELDS[:2])} }}")

    HELP = '''ken fuel = 400
dae burn() { fuel -= 1
    gin fuel < 0 { hurl "oot o' fuel" } }
dae p(label, v) {
    ken s = tae_string(v)
    gin len(s) > 300 { s = scran(s, 0, 120) + "..." + len(s) }
    blether f"{label} {whit_kind(v)} {s}"
}
dae t(f) { hae_a_bash { gie f() } gin_it_gangs_wrang e { gie ["caught", e] } }'''

    def top(self, size, helpers=True):
        """The statements of a file."""
        scope = Scope()
        out = [st(self.HELP)] if helpers else []
        self.room = size
        for _ in range(self.rng.randrange(1, 4)):
            name, kind = self.new("g"), self.rng.choice(KINDS)
            out.append(st(f"ken {name} = ", self.leaf(Scope(), kind)))
            scope.names[name] = kind
        for _ in range(self.rng.randrange(2)):
            out.append(self.struct())
        for _ in range(self.rng.randrange(3)):
            self.room = size // 3
            out.append(self.class_(scope))
        for _ in range(self.rng.randrange(1, 5)):
            self.room = size // 3
            fn, made = self.function(scope)
            self.fns.append(fn)
            out.append(made)
        self.room = size
        while self.room > 0:
            if self.chance(0.1):
                out += self.statements(scope, 2)
                continue
            inside = blk(*self.statements(Scope(scope), 4))
            out.append(st("hae_a_bash ", inside, " gin_it_gangs_wrang e ",
                          blk(st(f'p("{self.new("e")}", e)'), *self.show_all(scope))))
        return out

    def files(self):
        size = self.pick(8, 20, 35, 60)
        files, fetches = {}, []
        if self.chance(0.3):
            for i in range(self.rng.randrange(1, 3)):
                name = f"mod{i}"
                other = Generator(self.rng.getrandbits(64))
                other.fuelled = True
                made = other.top(self.pick(3, 8))
                if i and self.chance(0.5):
                    made.insert(1, st('fetch "mod0" tae earlier'))
                files[f"{name}.braw"] = blk(*made)
                alias = self.chance(0.7)
                fetches.append(st(f'fetch "{name}"' + (f" tae {name}" if alias else "")))
                names = [f.name for f in other.fns] + ["g1", "fuel", "p", "nae_there"]
                if alias:
                    self.modules.append((name, names))
        out = self.top(size)
        at = self.rng.randrange(1, len(out)) if self.chance(0.3) else 1
        for made in fetches:
            if self.chance(0.3):
                made = st("hae_a_bash ", blk(made), " gin_it_gangs_wrang e ", blk(st('p("m", e)')))
            out.insert(at, made)
        if self.chance(0.25):
            out.append(st("p(\"last\", ", self.expr(Scope(), "any", 3), ")"))
            out.append(self.bare_leave(Scope()))
        files["main.braw"] = blk(*out)
        return files


def program(seed):
    """The files of a program: name -> block."""
    return Generator(seed).files()
