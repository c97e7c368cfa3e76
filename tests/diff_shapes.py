# SPDX-License-Identifier: MIT
"""Programs at the limits: deep, long, wide. Both back ends must treat them alike."""
from diff_fields import fields

DEEP = """
dae down(n) { gie down(n + 1) }
dae plus(n) { gie 1 + plus(n + 1) }
dae via(n, f) { gie f(n) }
dae ping(n) { gie pong(n + 1) }
dae pong(n) { gie 1 + ping(n) }
dae lists(n) { gie [lists(n + 1), n] }
dae wide(n, a, b, c, d, e, f) { ken x = [a, b, c] gie wide(n + 1, b, c, d, e, f, x) }
dae defaults(n, m = n + 1) { gie defaults(m) }
dae rest(...xs) { gie rest(...xs, 1)[0] }
dae finals(n) { hae_a_bash { gie finals(n + 1) } at_the_hinner_en { n += 1 } }
dae lam(n) { ken f = |x| lam(x + 1) gie f(n) }
kin K {
    dae init(n) { gin n > 0 { masel.k = K(n - 1) } }
    dae m(n) { gie masel.m(n + 1) }
    dae __pit_thegither__(o) { gie masel + o }
    dae __same_as__(o) { gie masel == o }
}
kin Deep fae K { dae init(n) { masel.deep = Deep(n + 1) } }
dae mapped(n) { gie gaun([n], |x| mapped(x + 1)) }
dae sorted(n) { gie tumble([1, 2], n, |a, b| sorted(a + b)) }
ken nest = []
ken d = {"f": naething}
d.f = || d.f()
"""


def deep():
    calls = ["down(0)", "plus(0)", "ping(0)", "lists(0)", "wide(0, 1, 2, 3, 4, 5, 6)", "defaults(0)",
             "finals(0)", "lam(0)", "K(0).m(0)", "Deep(0)", "K(0) + 1", "K(0) == 1", "mapped(0)", "sorted(0)",
             "d.f()", "via(0, |x| down(x))"]
    for call in calls:
        # Caught, again after that, and in the end not caught.
        yield f"deep {call}", DEEP + f"""
fer i in 0..2 {{
    hae_a_bash {{ blether {call} }} gin_it_gangs_wrang e {{ blether scran(e, 0, 40) }} at_the_hinner_en {{ blether "hinner" }}
}}
dae tell(e) {{ gie scran(e, 0, 20) }}
hae_a_bash {{ {call} }} gin_it_gangs_wrang e {{ blether tell(e) }}
blether K(50) == naething an aye
"""
    yield "deep enough", """
dae sum(n) { gin n == 0 { gie 0 } gie n + sum(n - 1) }
dae fib(n) { gin n < 2 { gie n } gie fib(n - 1) + fib(n - 2) }
dae even(n) { gin n == 0 { gie aye } gie odd(n - 1) }
dae odd(n) { gin n == 0 { gie nae } gie even(n - 1) }
kin K { dae m(n) { gin n == 0 { gie 0 } gie 1 + masel.m(n - 1) } }
blether sum(99000)
blether even(99001)
blether K().m(30000)
blether fib(15)
ken f = naething
f = |n| gin n == 0 than 0 ither 1 + f(n - 1)
blether f(90000)
"""


def callbacks():
    bad = ["1 / 0", "hurl 'x'", "x + naething", "nowhere", "x[9]", "exit(3)", "f()"]
    verbs = ["gaun(xs, |x| {b})", "sieve(xs, |x| {b})", "ilk(xs, |x| {b})", "hunt(xs, |x| {b})", "ony(xs, |x| {b})",
             "aw(xs, |x| {b})", "grup_up(xs, |x| {b})", "pairt_by(xs, |x| {b})", "tumble(xs, 0, |a, x| {b})",
             "ilkane(xs, |x| {b})", "fin_index(xs, |x| {b})", "zipwith(|x, y| {b}, xs, xs)", "graith(|x| {b}, xs)",
             "log_span_in(log_span('s'), || {b})", "(xs |> gaun(|x| {b}))", "K() + 1", "K() == 1", "K().m(1)", "K(1)"]
    for b in bad:
        body = ["ken xs = [3, 1, 2]", "ken x = 1", "dae f(a) { gie a }",
                "kin K { dae init(n) { gin n == 1 { BAD } }\n dae m(x) { BAD }\n dae __pit_thegither__(x) { BAD }\n"
                " dae __same_as__(x) { BAD } }".replace("BAD", b)]
        for i, verb in enumerate(verbs):
            call = verb.format(b="{ %s }" % b)
            if b.startswith("exit"):
                yield f"exit in {verb}", "\n".join([*body, "dae g() { hae_a_bash { blether %s } gin_it_gangs_wrang e "
                                                    "{ blether e } at_the_hinner_en { blether 'no' } }" % call, "g()",
                                                    "blether 'after'"])
                continue
            body.append(f"hae_a_bash {{ blether {call} }} gin_it_gangs_wrang e {{ blether '{i}' + e }}")
        if not b.startswith("exit"):
            yield f"callbacks {b}", "\n".join([*body, "dae g() { gie gaun(xs, |x|\n { %s }) }" % b, "g()"])
    yield "callbacks of a loop", """
ken l = event_loop_new()
dae tick() { blether "tick"\n hurl "frae a timer" }
timer_after(l, 1, tick)
timer_after(l, 2, || 1 / 0)
timer_after(l, 5, || event_loop_stop(l))
hae_a_bash { event_loop_run(l) } gin_it_gangs_wrang e { blether e }
hae_a_bash { event_loop_run(l) } gin_it_gangs_wrang e { blether e }
ken l2 = event_loop_new()
timer_after(l2, 1, || nowhere)
event_loop_run(l2)
"""


def exits():
    for inner in ["exit(4)", "hurl 'out'", "gie 1"]:
        yield f"leaving with {inner}", f"""
dae a(n) {{ hae_a_bash {{ gin n == 0 {{ {inner} }} gie a(n - 1) }} gin_it_gangs_wrang e {{ blether f"c {{n}} {{e}}"\n hurl e + "!" }}
    at_the_hinner_en {{ blether f"f {{n}}" }} }}
kin K {{ dae init() {{ hae_a_bash {{ masel.x = a(2) }} at_the_hinner_en {{ blether "init" }} }} }}
fer i in 0..3 {{ hae_a_bash {{ blether K().x }} at_the_hinner_en {{ blether i  gin i == 1 {{ brak }} haud }} }}
blether gaun([1], |x| a(x))
"""


def large():
    yield "many statements", ("ken x = 0\n" + "".join(f"x += {i}\n" for i in range(4000)) + "blether x\nx = x / 0\n")
    yield "many statements in a function", (
        "dae f(x) {\n" + "".join(f"    x = x * 3 % {i + 7} + {i}\n    gin x == {i} {{ blether x }}\n" for i in range(2000))
        + "    gie x\n}\nblether f(5)\nblether f('a')\n")
    yield "many locals", ("dae f() {\n" + "".join(f"    ken v{i} = {i}\n" for i in range(600)) + "    gie "
                          + " + ".join(f"v{i}" for i in range(600)) + "\n}\nblether f()\n")
    for n in (200, 240, 250, 254, 255, 256, 257, 300):
        yield f"{n} locals", (
            "dae f(a) {\n" + "".join(f"    ken v{i} = a + {i}\n" for i in range(n))
            + "    hae_a_bash { v1 = v0 / 0 } gin_it_gangs_wrang e { blether e }\n"
            + f"    ken g = || v{n - 1} + v0\n    v0 += 1\n"
            + f"    blether [v0, v{n - 1}, g(), max(v1, v{n - 1}), len([v0, v1, v2])]\n    gie v{n - 1}\n}}\n"
            "blether f(1)\nblether f(1.5)\nf('s')\nf(naething)\n")
    yield "many constants", ("ken l = [" + ", ".join(f"'s{i}', {i}.5, {i + 2**62}" for i in range(3000))
                             + "]\nblether len(l)\nblether l[-1]\nblether l[-3]\n")
    yield "many functions", ("".join(f"dae f{i}(a, b = {i}) {{ gie a + b }}\n" for i in range(1500)) + "blether "
                             + " + ".join(f"f{i}(1)" for i in range(0, 1500, 9)) + "\nf3('x', naething, 1)\n")
    yield "many arms", ("dae f(x) { keek x {\n" + "".join(f"whan {i} -> {{ gie 's{i}' }}\n" for i in range(700))
                        + "} }\nblether f(0)\nblether f(699)\nblether f(3.0)\nf(700)\n")
    yield "many parameters", (
        "dae f(" + ", ".join(f"a{i}" for i in range(60)) + ") { gie a0 + a59 }\nken l = 0..60\nblether f(...l)\n"
        "kin K { dae init(" + ", ".join(f"a{i}" for i in range(30)) + ") { masel.x = [a0, a29] } }\n"
        "blether K(1).x\nblether K(...l).x\nblether (|" + ", ".join(f"a{i}" for i in range(20)) + "| a19)(...(0..20))\n"
        "f(1)\n")
    yield "many captures", ("dae f() {\n" + "".join(f"    ken v{i} = {i}\n" for i in range(150)) + "    gie [|| "
                            + " + ".join(f"v{i}" for i in range(150)) + ", || { v0 += 1 gie v0 }]\n}\n"
                            "ken [a, b] = f()\nblether b()\nblether b()\nblether a()\n")
    yield "deep nesting", ("dae f(x) {\n" + "gin x > 0 {\nfer i in 0..1 {\nhae_a_bash {\n" * 25 + "x -= 1\nblether 1 / x\n"
                           + "} gin_it_gangs_wrang e { blether e\n hurl e }\n}\n}\n" * 25 + "gie x\n}\nblether f(3)\nf(1)\n")
    yield "long chains", ("ken x = 1\nblether x" + " + x * 2 - 1" * 900 + "\nblether [" + "[" * 200 + "1" + "]" * 200
                          + "]\nblether " + "aye an " * 500 + "x\nblether " + "(gin x == 2 than 1 ither " * 90 + "7"
                          + ")" * 90 + "\n")
    yield "a long list of calls", ("dae f(a) { gie a + 1 }\nblether [" + ", ".join(f"f({i})" for i in range(400))
                                   + "]\nblether f(" * 1 + "f(" * 80 + "0" + ")" * 81 + "\n")
    yield "text", ("ken s = \"" + "é" * 70000 + "\"\nblether len(s)\nblether s[-1]\nblether \"a\\0b\"\nblether len(\"\\0\")\n"
                   "ken t = ''\nfer i in 0..2000 { t += s[i] + 'x' }\nblether len(t)\nblether \"'\\\"\\\\ {} %s %n\"\n")


def files():
    """(name, source) of each."""
    for family in (deep, callbacks, exits, large, fields):
        yield from family()
