#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random programs whose right output is computed here, by an independent model of each rule.

    tests/oracle_test.py [--bin build/bin/mdhavers] [--rounds 60] [--seed 1] [area…]

Every area is a generator of (expression, printed text); many expressions share a process. The
models follow the definition of the language, not the implementation. Deterministic for a seed.
Prints `oracle: N passed, N failed`.
"""
import argparse
import datetime
import math
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIN, MAX = -2**63, 2**63 - 1
JINGS = "Jings! Something went awfy wrang: "
OVERFLOW = "Wheesht! Yer number's too muckle at line 1 - it's overflowed!"
MINCE = "That's pure mince! Type error at line 1: "
ZERO = "Ye numpty! Tryin' tae divide by zero at line 1"


# ---- writing and showing values ----

def src_int(n):
    return str(n) if n >= 0 else "(-9223372036854775807 - 1)" if n == MIN else f"(-{-n})"


def src_str(s):
    body = "".join(c if c.isascii() and c.isalnum() or c in " ,.;:-_<>=/" else
                   f"\\u{{{ord(c):x}}}" for c in s)
    return f'"{body}"'


def src(v):
    """A value as source text."""
    if v is None or isinstance(v, bool):
        return {None: "naething", True: "aye", False: "nae"}[v]
    if isinstance(v, int):
        return src_int(v)
    if isinstance(v, float):
        return f'tae_float("{v!r}")'
    if isinstance(v, str):
        return src_str(v)
    if isinstance(v, list):
        return "[" + ", ".join(map(src, v)) + "]"
    return "{" + ", ".join(f"{src(k)}: {src(x)}" for k, x in v.items()) + "}"


def show_float(x):
    """%.15g, or %.16g where only that reads back."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    short, longer = f"{x:.15g}", f"{x:.16g}"
    return longer if float(short) != x and float(longer) == x else short


def show(v):
    if v is None or isinstance(v, bool):
        return {None: "naething", True: "aye", False: "nae"}[v]
    if isinstance(v, float):
        return show_float(v)
    if isinstance(v, list):
        return "[" + ", ".join(map(show, v)) + "]"
    if isinstance(v, dict):
        return "{" + ", ".join(f'"{show(k)}": {show(x)}' for k, x in v.items()) + "}"
    return str(v)


# ---- random material ----

EDGES = [0, 1, -1, 2, -2, 10, 255, 2**31, 2**53, 2**61, 2**62 - 1, 2**62, 2**62 + 1, -2**62 - 1,
         -2**62, -2**62 + 1, MAX, MAX - 1, MIN, MIN + 1, 3037000499, 3037000500]
LETTERS = "abcxyz ,-é日🏴A1"


def any_int(r):
    return r.choice([r.choice(EDGES), r.randint(-20, 20), r.randint(MIN, MAX),
                     r.randint(-2**40, 2**40)])


def any_float(r):
    kind = r.randrange(4)
    if kind == 0:
        x = struct.unpack("<d", r.randbytes(8))[0]
        return 0.5 if math.isnan(x) else x
    return [r.uniform(-1000, 1000), r.randint(-10**6, 10**6) / 100, float(r.randint(-99, 99))][kind - 1]


def any_text(r, most=12, letters=LETTERS):
    return "".join(r.choice(letters) for _ in range(r.randint(0, most)))


def any_list(r, most=7):
    return [r.randint(0, 4) for _ in range(r.randint(0, most))]


def any_value(r, depth=3):
    kind = r.randrange(8 if depth else 5)
    if kind < 5:
        return [None, r.random() < 0.5, any_int(r), round(r.uniform(-9, 9), 3), any_text(r, 5)][kind]
    if kind < 7:
        return [any_value(r, depth - 1) for _ in range(r.randint(0, 4))]
    return {f"k{r.randint(0, 9)}": any_value(r, depth - 1) for _ in range(r.randint(0, 4))}


# ---- areas: each yields (expression, text) ----

def quotient(a, b):
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def area_integers(r):
    a, b = any_int(r), any_int(r)
    for op in "+-*/%":
        if op in "/%" and b == 0:
            want = ZERO
        else:
            n = {"+": a + b, "-": a - b, "*": a * b, "/": b and quotient(a, b),
                 "%": b and a - quotient(a, b) * b}[op]
            want = str(n) if MIN <= n <= MAX else OVERFLOW
        yield f"{src_int(a)} {op} {src_int(b)}", want
    yield f"-{src_int(a)}", str(-a) if a != MIN else OVERFLOW
    for op, truth in (("<", a < b), ("<=", a <= b), (">", a > b), (">=", a >= b), ("==", a == b)):
        yield f"{src_int(a)} {op} {src_int(b)}", show(truth)
    yield f"{{{src_int(a)}: 1, {src_int(b)}: 2}}", show({a: 1, b: 2} if a != b else {a: 2})
    yield f"tae_int({src_str(str(a))})", str(a)


def area_bits(r):
    a, b, n = any_int(r), any_int(r), r.randint(0, 63)

    def signed(x):
        x &= 2**64 - 1
        return x - 2**64 if x >> 63 else x
    yield f"bit_an({src_int(a)}, {src_int(b)})", str(a & b)
    yield f"bit_or({src_int(a)}, {src_int(b)})", str(a | b)
    yield f"bit_xor({src_int(a)}, {src_int(b)})", str(a ^ b)
    yield f"bit_nae({src_int(a)})", str(~a)
    yield f"bit_coont({src_int(a)})", str((a & (2**64 - 1)).bit_count())
    yield f"bit_shove_left({src_int(a)}, {n})", str(signed(a << n))
    yield f"bit_shove_right({src_int(a)}, {n})", str(a >> n)
    yield f"tae_hex({src_int(a)})", f"{a & (2**64 - 1):x}"
    yield f"tae_binary({src_int(a)})", f"{a & (2**64 - 1):b}"
    yield f"tae_octal({src_int(a)})", f"{a & (2**64 - 1):o}"


def area_floats(r):
    x, y = any_float(r), any_float(r)
    yield src(x), show(x)
    yield f"[{src(x)}, {src(y)}]", show([x, y])
    for op in "+-*":
        z = {"+": x + y, "-": x - y, "*": x * y}[op]
        yield f"{src(x)} {op} {src(y)}", show(z)
    if y != 0:
        yield f"{src(x)} / {src(y)}", show(x / y)
        if math.isfinite(x) and math.isfinite(y):
            yield f"{src(x)} % {src(y)}", show(math.fmod(x, y))
    n = r.randint(-1000, 1000)
    yield f"{n} + {src(x)}" if n >= 0 else f"({n}) + {src(x)}", show(n + x)
    yield f"{src(x)} < {src(y)}", show(x < y)
    yield f"{src(x)} == {src(y)}", show(x == y)
    yield f"tae_int({src(x)})", str(max(MIN, min(MAX, math.trunc(x)))
                                    if math.isfinite(x) else (MAX if x > 0 else MIN))
    if abs(x) < 1e15:
        yield f"floor({src(x)})", str(math.floor(x))
        yield f"ceil({src(x)})", str(math.ceil(x))
        yield f"round({src(x)})", str(int(math.copysign(math.floor(abs(x) + 0.5), x))
                                      if abs(x) < 2**51 else int(x))
        digits = r.randint(0, 6)
        yield f"f'{{{src(x)}:.{digits}f}}'", f"{x:.{digits}f}"


def sliced(x, a, b, c):
    """The walk of the definition."""
    n, out = len(x), []
    a = (0 if c > 0 else -1) if a is None else a
    b = (n if c > 0 else -(n + 1)) if b is None else b
    a = max(n + a, 0) if a < 0 else min(a, n)
    b = max(n + b, -1) if b < 0 else min(b, n)
    i = a
    while (i < b and i < n) if c > 0 else (i > b and i >= 0):
        if i < n:
            out.append(x[i])
        i += c
    return out


def area_slices(r):
    xs, s = any_list(r), any_text(r)
    for _ in range(4):
        a, b = (r.choice([None, r.randint(-9, 9)]) for _ in range(2))
        c = r.choice([None, 1, 2, -1, -2, 3, -3])
        text = f"{'' if a is None else a}:{'' if b is None else b}" + (f":{c}" if c else "")
        yield f"{src(xs)}[{text}]", show(sliced(xs, a, b, c or 1))
        yield f"{src(s)}[{text}]", "".join(sliced(s, a, b, c or 1))
    i = r.randint(-9, 9)
    for v in (xs, s):
        n = len(v)
        yield f"{src(v)}[{i}]", show(v[i]) if -n <= i < n else \
            f"Hoachin'! Index {i} is oot o' bounds (size is {n}) at line 1"


def octets(s):
    return len(s.encode())


def area_strings(r):
    s, d = any_text(r), any_text(r, 2, "abx ,-é")
    yield f"len({src(s)})", str(octets(s))
    yield f"split({src(s)}, {src(d)})", show(s.split(d) if d else ["", *s, ""])
    yield f"join(split({src(s)}, {src(d)}), {src(d)})", d.join(s.split(d)) if d else s
    if d:
        yield f"replace({src(s)}, {src(d)}, \"<>\")", s.replace(d, "<>")
        yield f"coont({src(s)}, {src(d)})", str(s.count(d))
    for name, at in (("index_of", s.find(d)), ("last_index_of", s.rfind(d))):
        if d:
            yield f"{name}({src(s)}, {src(d)})", str(-1 if at < 0 else octets(s[:at]))
    yield f"starts_wi({src(s)}, {src(d)})", show(s.startswith(d))
    yield f"ends_wi({src(s)}, {src(d)})", show(s.endswith(d))
    yield f"contains({src(s)}, {src(d)})", show(d in s)
    a, b = r.randint(0, 9), r.randint(0, 9)
    yield f"substring({src(s)}, {a}, {b})", s[a:b]
    yield f"scran({src(s)}, {a}, {b})", s[a:b]
    yield f"reverse({src(s)})", s[::-1]
    yield f"chars({src(s)})", show(list(s))
    yield f"words({src(s)})", show(s.split())
    yield f"'[' + wheesht({src(s)}) + ']'", f"[{s.strip()}]"
    yield f"wheesht_aw({src(s)})", " ".join(s.split())
    w = r.randint(0, 16)
    yield f"pad_left({src(s)}, {w}, '*')", "*" * (w - octets(s)) + s
    yield f"pad_right({src(s)}, {w}, '*')", s + "*" * (w - octets(s))
    t = any_text(r)
    yield f"{src(s)} < {src(t)}", show(s.encode() < t.encode())
    yield f"{src(s)} == {src(t)}", show(s == t)
    yield f"{src(s)} + {src(t)}", s + t
    n = r.randint(1, 4)
    yield f"skelp({src(s)}, {n})", show([s[i:i + n] for i in range(0, len(s), n)])
    yield f"window({src(s)}, {n})", show([s[i:i + n] for i in range(len(s) - n + 1)])


def area_lists(r):
    xs, ys, n = any_list(r), any_list(r), r.randint(-2, 8)
    x = r.randint(0, 4)
    yield f"{src(xs)} + {src(ys)}", show(xs + ys)
    yield f"{src(xs)} == {src(ys)}", show(xs == ys)
    yield f"sort({src(xs)})", show(sorted(xs))
    yield f"reverse({src(xs)})", show(xs[::-1])
    yield f"tak({src(xs)}, {n})", show(xs[:max(n, 0)])
    yield f"drap({src(xs)}, {n})", show(xs[max(n, 0):])
    yield f"index_of({src(xs)}, {x})", str(xs.index(x) if x in xs else -1)
    yield f"coont({src(xs)}, {x})", str(xs.count(x))
    yield f"indices_o({src(xs)}, {x})", show([i for i, y in enumerate(xs) if y == x])
    yield f"uniq({src(xs)})", show(list(dict.fromkeys(xs)))
    yield f"zip({src(xs)}, {src(ys)})", show([list(p) for p in zip(xs, ys)])
    yield f"enumerate({src(xs)})", show([list(p) for p in enumerate(xs)])
    size = r.randint(1, 4)
    yield f"chunks({src(xs)}, {size})", show([xs[i:i + size] for i in range(0, len(xs), size)])
    if xs:
        turn = n % len(xs)
        yield f"birl({src(xs)}, {n})", show(xs[turn:] + xs[:turn])
        yield f"minaw({src(xs)})", str(min(xs))
        yield f"average({src(xs)})", show(sum(xs) / len(xs))
    both = [v for pair in zip(xs, ys) for v in pair] + xs[len(ys):] + ys[len(xs):]
    yield f"interleave({src(xs)}, {src(ys)})", show(both)
    runs = []
    for v in xs:
        if runs and runs[-1][0] == v:
            runs[-1].append(v)
        else:
            runs.append([v])
    yield f"grup_runs({src(xs)})", show(runs)
    yield f"gaun({src(xs)}, |x| x * 2)", show([v * 2 for v in xs])
    yield f"pairt_by({src(xs)}, |x| x > 1)", show([[v for v in xs if v > 1], [v for v in xs if v <= 1]])
    yield f"tumble({src(xs)}, 1, |a, x| a * 3 + x)", str(fold(xs))
    groups = {}
    for v in xs:
        groups.setdefault(v % 3, []).append(v)
    yield f"grup_up({src(xs)}, |x| x % 3)", show(groups)
    at = r.randint(-len(xs), len(xs))
    place = at + len(xs) if at < 0 else at
    yield f"chynge({src(xs)}, {at}, 99)", show(xs[:place] + [99] + xs[place:])


def fold(xs):
    acc = 1
    for x in xs:
        acc = acc * 3 + x
    return acc


def area_values(r):
    v, w = any_value(r), any_value(r)
    yield src(v), show(v)
    yield f"[{src(v)}, {src(w)}]", show([v, w])
    yield f"'' + {src(v)}", show(v)
    empty = v in (None, False, 0, "", []) and not isinstance(v, dict)
    yield f"tae_bool({src(v)})", show(not empty)
    yield f"json_stringify({src(v)})", json_text(v)
    yield f"json_stringify(json_parse({src_str(json_text(v))}))", json_text(v)


def json_text(v):
    if v is None or isinstance(v, bool):
        return {None: "null", True: "true", False: "false"}[v]
    if isinstance(v, float):
        return repr(v).removesuffix(".0")
    if isinstance(v, str):
        return '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(v, list):
        return "[" + ", ".join(map(json_text, v)) + "]"
    if isinstance(v, dict):
        return "{" + ", ".join(f"{json_text(k)}: {json_text(x)}" for k, x in v.items()) + "}"
    return str(v)


def area_dicts(r):
    """A story of insertions and removals, as one block expression."""
    steps, model = [], {}
    for _ in range(r.randint(1, 40)):
        k, v = r.choice([r.randint(0, 12), f"k{r.randint(0, 12)}"]), r.randint(0, 99)
        if r.random() < 0.25:
            steps.append(f"d = dict_remove(d, {src(k)})")
            model = {a: b for a, b in model.items() if a != k}
        else:
            steps.append(f"d[{src(k)}] = {v}")
            model[k] = v
    yield f"{{ ken d = {{}}; {'; '.join(steps)}; gie d }}", show(model)
    a, b = ({r.randint(0, 5): r.randint(0, 9) for _ in range(r.randint(0, 5))} for _ in range(2))
    yield f"dict_merge({src(a)}, {src(b)})", show({**a, **b})
    yield f"items({src(a)})", show([list(p) for p in a.items()])
    for name, model in (("thegither", set(a) | set(b)), ("baith", set(a) & set(b)),
                        ("differ", set(a) - set(b))):
        text = ", ".join(f'"{k}"' for k in sorted(map(str, model)))
        yield f"creels_{name}(creel(keys({src(a)})), creel(keys({src(b)})))", f"creel{{{text}}}"


DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Setterday", "the Sabbath"]
MONTHS = ["Januar", "Februar", "Mairch", "Aprile", "Mey", "Juin", "Julie", "August", "September",
          "October", "November", "December"]


def area_dates(r):
    secs = r.randint(0, 4_000_000_000)
    when = datetime.datetime.fromtimestamp(secs, datetime.timezone.utc)
    ending = "th" if 11 <= when.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(when.day % 10, "th")
    yield f"braw_date({secs})", (f"{DAYS[when.weekday()]}, the {when.day}{ending} o' "
                                 f"{MONTHS[when.month - 1]}, {when.year}")
    text = when.strftime("%Y-%m-%d %H:%M:%S")
    yield f"date_format({secs}, '%Y-%m-%d %H:%M:%S')", text
    yield f"date_parse('{text}', '%Y-%m-%d %H:%M:%S')", str(secs)
    unit, size = r.choice([("seconds", 1), ("minutes", 60), ("hours", 3600), ("days", 86400),
                           ("weeks", 604800)])
    n = r.randint(-99, 99)
    yield f"date_add({secs}, {n}, '{unit}')", str(secs + n * size)
    other = r.randint(0, 4_000_000_000)
    yield f"date_diff({secs}, {other}, '{unit}')", str(quotient(other - secs, size))


def area_bytes(r):
    data = r.randbytes(r.randint(4, 12))
    literal = 'b"' + "".join(f"\\x{o:02x}" for o in data) + '"'
    a, b = r.randint(-14, 14), r.randint(-14, 14)
    n = len(data)
    lo, hi = (min(max(v + n if v < 0 else v, 0), n) for v in (a, b))
    yield f"bytes_hex(bytes_slice({literal}, {a}, {b}))", data[lo:hi].hex() if lo < hi else ""
    yield f"bytes_hex({literal} + {literal})", (data + data).hex()
    at = r.randint(0, n - 4)
    yield f"bytes_read_u32be({literal}, {at})", str(int.from_bytes(data[at:at + 4], "big"))
    yield f"bytes_read_u16be({literal}, {at})", str(int.from_bytes(data[at:at + 2], "big"))
    v = r.randint(0, 2**32 - 1)
    yield f"bytes_hex(bytes_write_u32be({literal}, {at}, {v}))", \
        (data[:at] + v.to_bytes(4, "big") + data[at + 4:]).hex()
    i = r.randint(-n, n - 1)
    yield f"{literal}[{i}]", str(data[i])


class Flow:
    """A random function of loops, tries, finallies and jumps, written in both languages."""

    def __init__(self, r):
        self.r, self.names, self.budget = r, 0, 40

    def block(self, depth, loop, indent):
        """(mdhavers text, Python lines) of a few statements."""
        ours, theirs = "", []
        for _ in range(self.r.randint(1, 3)):
            text, lines = self.statement(depth, loop, indent)
            ours, theirs = ours + text, theirs + lines
        return ours, theirs

    def statement(self, depth, loop, pad):
        self.budget -= 1
        n = self.r.randint(0, 9)
        kinds = ["note", "note", "add", "jump"]
        if depth and self.budget > 0:
            kinds += ["if", "for", "while", "try", "try", "try"]
        kind = self.r.choice(kinds)
        if kind == "note":
            return f"shove(out, [{n}, x]); ", [f"{pad}out.append([{n}, x])"]
        if kind == "add":
            return f"x += {n}; ", [f"{pad}x += {n}"]
        if kind == "jump":
            return self.jump(loop, pad)
        return getattr(self, f"make_{kind}")(depth - 1, loop, pad)

    def jump(self, loop, pad):
        """A jump that is taken now and then, so that the rest is reached too."""
        m, k = self.r.randint(2, 3), self.r.randint(0, 2)
        word, theirs = self.r.choice([("hurl x", "raise Hurl(x)"), ("gie x", "return x"),
                                      *([("brak", "break"), ("haud", "continue")] * 2 if loop else [])])
        return f"gin x % {m} == {k} {{ {word} }} ", [f"{pad}if x % {m} == {k}:", f"{pad}    {theirs}"]

    def make_if(self, depth, loop, pad):
        m = self.r.randint(2, 4)
        a, at = self.block(depth, loop, pad + "    ")
        b, bt = self.block(depth, loop, pad + "    ")
        return (f"gin x % {m} == 1 {{ {a}}} ither {{ {b}}} ",
                [f"{pad}if x % {m} == 1:", *at, f"{pad}else:", *bt])

    def make_for(self, depth, _loop, pad):
        self.names += 1
        name, n = f"i{self.names}", self.r.randint(0, 3)
        body, lines = self.block(depth, True, pad + "    ")
        return (f"fer {name} in 0..{n} {{ x += {name}; {body}}} ",
                [f"{pad}for {name} in range({n}):", f"{pad}    x += {name}", *lines])

    def make_while(self, depth, _loop, pad):
        self.names += 1
        name, n = f"w{self.names}", self.r.randint(0, 3)
        body, lines = self.block(depth, True, pad + "    ")
        return (f"ken {name} = 0; whiles {name} < {n} {{ {name} += 1; {body}}} ",
                [f"{pad}{name} = 0", f"{pad}while {name} < {n}:", f"{pad}    {name} += 1", *lines])

    def make_try(self, depth, loop, pad):
        catch, hinner = self.r.choice([(True, False), (False, True), (True, True)])
        body, lines = self.block(depth, loop, pad + "    ")
        ours, theirs = f"hae_a_bash {{ {body}}} ", [f"{pad}try:", *lines]
        if catch:
            body, lines = self.block(depth, loop, pad + "    ")
            ours += f"gin_it_gangs_wrang e {{ shove(out, e); {body}}} "
            theirs += [f"{pad}except Hurl as e:", f"{pad}    out.append(e.args[0])", *lines]
        if hinner:
            body, lines = self.block(depth, loop, pad + "    ")
            ours += f"at_the_hinner_en {{ {body}}} "
            theirs += [f"{pad}finally:", *lines]
        return ours, theirs


class Hurl(Exception):
    """A value hurled by a generated function."""


def area_flow(r):
    """Jumps out of and through tries and finallies: Python has the same rules."""
    ours, theirs = Flow(r).block(4, False, "    ")
    scope = {"Hurl": Hurl, "out": []}
    exec("def f(x):\n" + "\n".join(theirs), scope)  # our own text, made above
    out = scope["out"]
    for x in range(3):
        try:
            out.append(["gie", scope["f"](x)])
        except Hurl as problem:
            out.append(["hurl", problem.args[0]])
    yield (f"{{ ken out = []; ken f = |x| {{ {ours}}}; fer n in 0..3 {{ hae_a_bash {{ "
           "shove(out, [\"gie\", f(n)]) } gin_it_gangs_wrang e { shove(out, [\"hurl\", e]) } } "
           "gie out }"), show(out)


def area_formats(r):
    """Format specs that Python has too, with the alignment always said."""
    align = r.choice(["", "<", ">", "^", "*<", ".>", "-^"])
    width = str(r.randint(1, 14)) if align else ""
    n, x, s = r.randint(-99999, 99999), r.uniform(-5000, 5000), any_text(r, 8, "abcxyz é日")
    spec = f"{align}{width}{r.choice('dxXbo')}"
    yield f"f'[{{{src_int(n)}:{spec}}}]'", f"[{n:{spec}}]"
    spec = f"0{r.randint(1, 12)}{r.choice('dxb')}"
    yield f"f'{{{abs(n)}:{spec}}}'", f"{abs(n):{spec}}"
    spec = f"{align}{width}.{r.randint(0, 8)}{r.choice('feg')}"
    yield f"f'[{{{src(x)}:{spec}}}]'", f"[{x:{spec}}]"
    if align:
        yield f"f'[{{{src_str(s)}:{align}{width}}}]'", f"[{s:{align}{width}}]"


def same_value(a, b):
    """The language's `==`: bools are no numbers, dicts go by identity."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same_value, a, b))
    return not isinstance(a, dict) and a == b


LITERALS = [0, 1, 2, -1, 1.0, 2.5, "a", "b", "", True, False, None]


def pattern(r, depth, names):
    """(text, matcher): matcher(value, bound) -> does it match; fills bound."""
    kind = r.randrange(6 if depth else 4)
    if kind < 2:
        literal = r.choice(LITERALS)
        text = str(literal) if isinstance(literal, float) else \
            f'"{literal}"' if isinstance(literal, str) else show(literal)
        return text, lambda v, _bound: same_value(literal, v)
    if kind == 2 and names:
        name = names.pop()
        return name, lambda v, bound: bound.update({name: v}) or True
    if kind < 4:
        return "_", lambda v, _bound: True
    if kind == 4:
        return list_pattern(r, depth, names)
    keys = r.sample("kmn", r.randint(1, 2))
    parts = [pattern(r, depth - 1, names) for _ in keys]
    text = "{" + ", ".join(f'"{k}": {t}' for k, (t, _) in zip(keys, parts)) + "}"
    return text, lambda v, bound: isinstance(v, dict) and all(
        k in v and m(v[k], bound) for k, (_, m) in zip(keys, parts))


def list_pattern(r, depth, names):
    parts = [pattern(r, depth - 1, names) for _ in range(r.randint(0, 3))]
    rest = names.pop() if names and r.random() < 0.4 else None
    texts = [t for t, _ in parts] + ([f"...{rest}"] if rest else [])

    def match(v, bound):
        if not isinstance(v, list) or len(v) < len(parts) or (not rest and len(v) != len(parts)):
            return False
        if not all(m(x, bound) for (_, m), x in zip(parts, v)):
            return False
        if rest:
            bound[rest] = v[len(parts):]
        return True
    return "[" + ", ".join(texts) + "]", match


def matched_value(r, depth=2):
    kind = r.randrange(6 if depth else 4)
    if kind < 4:
        return r.choice(LITERALS)
    if kind == 4:
        return [matched_value(r, depth - 1) for _ in range(r.randint(0, 3))]
    return {k: matched_value(r, depth - 1) for k in r.sample("kmn", r.randint(0, 3))}


def area_matches(r):
    """Arms with literals, names, lists and dicts against a plain matcher."""
    arms = []
    for number in range(r.randint(1, 4)):
        names = [f"v{number}a", f"v{number}b", f"v{number}c"]
        arms.append(pattern(r, 2, names))
    for _ in range(4):
        value, want = matched_value(r), None
        for number, (_, match) in enumerate(arms):
            bound = {}
            if match(value, bound):
                want = show([number, [bound[k] for k in sorted(bound)]])
                break
        text = " ".join(f"whan {t} -> [{n}, [{', '.join(sorted(names_in(t)))}]]"
                        for n, (t, _) in enumerate(arms))
        yield f"keek {src(value)} {{ {text} }}", want or \
            f"{MINCE}Nae match found fer {show(value)}"


def names_in(text):
    return {word for word in re.findall(r"v[0-9][abc]", text)}


def area_calls(r):
    """Positional, default, rest and keyword arguments."""
    count = r.randint(0, 4)
    params = "abcd"[:count]
    required = r.randint(0, count)
    rest = r.random() < 0.3
    head = [p if i < required else f"{p} = {i * 10}" for i, p in enumerate(params)]
    given = [r.randint(0, 99) for _ in range(r.randint(0, 5))]
    named = {k: r.randint(100, 199) for k in r.sample("abcdz", r.choice([0, 0, 1, 2]))}
    values, want = dict(zip(params, given)), None
    for name, value in named.items():
        if want is None and name not in params:
            want = f"{MINCE}Function 'f' has nae parameter '{name}'"
        if want is None and name in values:
            want = f"{MINCE}Function 'f' gets '{name}' twice"
        values.setdefault(name, value)
    if want is None and (len(given) > count and not rest):
        want = ""
    for i, name in enumerate(params):
        if i >= required:
            values.setdefault(name, i * 10)
        elif want is None and name not in values:
            want = ""
    if want == "" or (want is not None and len(given) > count):
        return  # arity errors have forms of their own; which of two errors comes first is open
    if want is None:
        extra = [given[count:]] if rest else []
        want = show([values[p] for p in params] + extra)
    args = ", ".join([*map(str, given), *(f"{k}: {v}" for k, v in named.items())])
    body = ", ".join([*params, *(["more"] if rest else [])])
    yield (f"{{ dae f({', '.join(head + (['...more'] if rest else []))}) {{ gie [{body}] }} "
           f"gie f({args}) }}"), want


class Env(dict):
    """One scope at run time: names that have been set, and the scope around it."""

    def __init__(self, parent):
        super().__init__()
        self.parent = parent

    def owner(self, name):
        env = self
        while name not in env:
            env = env.parent
        return env


class Scopes:
    """A random program of declarations, blocks, loops and closures over three names, as a tree of
    (kind, …) that is both printed and interpreted. A closure logs and may change what it sees."""

    def __init__(self, r):
        self.r, self.budget, self.log, self.closures, self.calls = r, 45, [], [], 0

    def tree(self, depth):
        kinds = ["ken", "set", "set", "note", "make", "call"]
        if depth:
            kinds += ["block", "for", "while", "run", "if", "make"]
        out = []
        for _ in range(self.r.randint(2, 5)):
            self.budget -= 1
            kind = self.r.choice(kinds if self.budget > 0 else kinds[:6])
            name, n = self.r.choice("abc"), self.r.randint(1, 9)
            body = self.tree(depth - 1) if depth and kind in ("block", "for", "while", "run", "if",
                                                              "make") else []
            out.append((kind, name, self.r.choice("abc"), n, body))
        return out

    def text(self, tree):
        return "".join(self.statement_text(*node) for node in tree)

    def statement_text(self, kind, name, other, n, body):
        inner = self.text(body)
        loop = f"w{n}{name}{other}"
        return {
            "ken": f"ken {name} = {other} + {n}; ",
            "set": f"{name} = ({name} + {other} + {n}) % 1000; ",
            "note": "shove(log, [a, b, c]); ",
            "block": f"{{ {inner}}} ",
            "if": f"gin ({name} + {n}) % 2 == 0 {{ {inner}}} ",
            "for": f"fer {name} in 0..{n % 3 + 1} {{ {inner}}} ",
            "while": f"ken {loop} = 0; whiles {loop} < {n % 3} {{ {loop} += 1; {inner}}} ",
            "run": f"(|{name}| {{ {inner}}})({other}); ",
            "make": f"shove(fs, || {{ {inner}gie [a, b, c] }}); ",
            "call": "call(); ",
        }[kind]

    def run(self, tree, env):
        for node in tree:
            getattr(self, f"do_{node[0]}")(env, *node[1:])

    def do_ken(self, env, name, other, n, _body):
        env[name] = env.owner(other)[other] + n

    def do_set(self, env, name, other, n, _body):
        value = (env.owner(name)[name] + env.owner(other)[other] + n) % 1000
        env.owner(name)[name] = value

    def do_note(self, env, *_):
        self.log.append([env.owner(x)[x] for x in "abc"])

    def do_block(self, env, _name, _other, _n, body):
        self.run(body, Env(env))

    def do_if(self, env, name, _other, n, body):
        if (env.owner(name)[name] + n) % 2 == 0:
            self.run(body, Env(env))

    def do_for(self, env, name, _other, n, body):
        for i in range(n % 3 + 1):
            env[name] = i
            self.run(body, Env(env))

    def do_while(self, env, _name, _other, n, body):
        for _ in range(n % 3):
            self.run(body, Env(env))

    def do_run(self, env, name, other, _n, body):
        inner = Env(env)
        inner[name] = env.owner(other)[other]
        self.run(body, inner)

    def do_make(self, env, _name, _other, _n, body):
        def closure():
            inner = Env(env)
            self.run(body, inner)
            return [inner.owner(x)[x] for x in "abc"]
        self.closures.append(closure)

    def do_call(self, *_):
        self.calls += 1
        if self.calls <= 20 and self.closures:
            self.log.append(self.closures[self.calls % len(self.closures)]())


def area_scopes(r):
    """Shadowing, captures and cells against plain environments."""
    program = Scopes(r)
    tree = program.tree(4)
    text = program.text(tree)
    world = Env(None)
    world.update({"a": 1, "b": 2, "c": 3})
    program.run(tree, world)
    for _ in range(3):
        program.do_call()
    yield ("{ ken log = []; ken fs = []; ken calls = 0; ken a = 1; ken b = 2; ken c = 3; "
           "ken call = || { calls += 1; gin calls <= 20 an len(fs) > 0 "
           "{ ken f = fs[calls % len(fs)]; shove(log, f()) } }; "
           f"{text}call(); call(); call(); gie log }}"), show(program.log)


AREAS = {name[5:]: f for name, f in list(globals().items()) if name.startswith("area_")}


def run_area(binary, name, rounds, seed):
    """[(expression, wanted, got)] of the failures, number of cases."""
    r = random.Random(f"{name}{seed}")
    cases = [case for _ in range(rounds) for case in AREAS[name](r)]
    # Each case on a line of its own module function would say another line number; `line 1` is put
    # back by the comparison, because the models speak of line 1.
    text = "".join(f'hae_a_bash {{ blether {code} }} gin_it_gangs_wrang e {{ blether e }}\n'
                   for code, _ in cases)
    with tempfile.TemporaryDirectory(prefix="mdh-oracle-") as folder:
        path = pathlib.Path(folder) / "oracle.braw"
        path.write_text(text)
        done = subprocess.run([binary, "run", str(path)], capture_output=True, timeout=300,
                              check=False, env={**os.environ, "TZ": "UTC"})
    lines = done.stdout.decode("utf-8", "backslashreplace").split("\n")
    bad = []
    for number, (code, want) in enumerate(cases):
        got = lines[number] if number < len(lines) - 1 else \
            f"(nothing; exit status {done.returncode}: {done.stderr.decode()[:200]})"
        if got.replace(f"at line {number + 1}", "at line 1") != want:
            bad.append((code, want, got))
    return bad, len(cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("area", nargs="*", choices=[[], *AREAS])
    options = parser.parse_args()
    binary = str(pathlib.Path(options.bin).resolve())
    passed = failed = 0
    for name in options.area or AREAS:
        bad, count = run_area(binary, name, options.rounds, options.seed)
        passed, failed = passed + count - len(bad), failed + len(bad)
        for code, want, got in bad[:10]:
            print(f"FAIL {name} (seed {options.seed}): {code}\n    expected {want}\n    got      {got}")
    print(f"oracle: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
