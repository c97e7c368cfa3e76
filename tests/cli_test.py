#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line as a user meets it: commands, exit statuses, reports, hostile files, the REPL.

    tests/cli_test.py [--bin build/bin/mdhavers] [part of a name…]

Each test is a function `test_…(cli)`; the last line is `cli: N passed, N failed`.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent
RULE = "─" * 50


class Cli:
    """One temporary folder and the binary run inside it."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, pathlib.Path(folder)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def run(self, *args, stdin="", cwd=".", limit=20, env=None):
        """Run and wait: the object has .out, .err, .status."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith("MDH_")}
        environ.update({"HOME": str(self.folder), "TZ": "UTC", "LC_ALL": "C.UTF-8", **(env or {})})
        child = subprocess.Popen([self.binary, *args], cwd=self.folder / cwd, env=environ,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = child.communicate(stdin.encode(), timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # our own child leads its session
            child.communicate()
            raise AssertionError(f"{' '.join(args)} did not end within {limit} s") from None
        return Result(args, out.decode("utf-8", "backslashreplace"),
                      err.decode("utf-8", "backslashreplace"), child.returncode)

    def program(self, text, *args, **how):
        """Write a program and run it."""
        return self.run("run", self.write("prog.braw", text), *args, **how)


class Result:
    def __init__(self, args, out, err, status):
        self.args_, self.out, self.err, self.status = args, out, err, status

    def said(self):
        return (f"mdhavers {' '.join(self.args_)}: status {self.status}\n"
                f"stdout: {self.out[:1500]}\nstderr: {self.err[:1500]}")

    def is_(self, status=None, out=None):
        """Exact exit status and stdout."""
        assert status is None or self.status == status, f"expected status {status}\n{self.said()}"
        assert out is None or self.out == out, f"expected stdout {out!r}\n{self.said()}"
        return self

    def has(self, out=(), err=(), no_err=(), no_out=()):
        """Texts that the streams hold, or must not hold."""
        for texts, stream, wanted in ((out, self.out, True), (err, self.err, True),
                                      (no_err, self.err, False), (no_out, self.out, False)):
            for text in [texts] if isinstance(texts, str) else texts:
                assert (text in stream) == wanted, \
                    f"{'lacks' if wanted else 'has'}: {text}\n{self.said()}"
        return self

    def diagnosed(self):
        """Refused with a report, by no signal."""
        assert self.status == 1 and self.err.strip(), f"expected a report\n{self.said()}"
        return self


# ---- version, help, usage ----

def test_version(cli):
    cli.run("--version").is_(0, "mdhavers 0.1.0\n")
    cli.run("-V").is_(0, "mdhavers 0.1.0\n")


def test_help(cli):
    for flag in ("--help", "-h"):
        cli.run(flag).is_(0).has(out=["run", "check", "tokens", "trace"])


def test_an_unkent_option_is_a_usage_error(cli):
    assert cli.run("--haggis").status == 2


def test_a_command_without_its_file_is_a_usage_error(cli):
    assert cli.run("check").status == 2


def test_usage_errors(cli):
    name = cli.write("a.braw", "blether 1\n")
    for args in (["check", name, "other"], ["run", name, "-x"], ["run"], ["trace", "--verbos", name],
                 ["--version=3"], ["doc"], ["dump"], ["dump", "--builtins=xml"], ["repl", "x"],
                 ["tokens", "-v", name], ["-", "-z"]):
        result = cli.run(*args)
        assert result.status == 2 and not result.out and "mdhavers --help" in result.err, result.said()


def test_help_for_one_command(cli):
    cli.run("trace", "--help").is_(0).has(out=["Usage: mdhavers trace FILE", "--verbose"], no_out="disasm")


# ---- run ----

def test_run_and_bare_file_are_the_same(cli):
    name = cli.write("a.braw", 'blether "haw"\n')
    cli.run("run", name).is_(0, "haw\n")
    cli.run(name).is_(0, "haw\n")


def test_a_missing_file(cli):
    cli.run("run", "nope.braw").is_(1, "").has(err="Dinnae be daft! Cannae read 'nope.braw': ")
    cli.run("nope.braw").is_(1, "").has(err="Dinnae be daft! Cannae read 'nope.braw': ")


def test_a_folder_is_no_program(cli):
    (cli.folder / "dir.braw").mkdir()
    cli.run("run", "dir.braw").is_(1, "").has(err="Cannae read 'dir.braw'")


def test_another_extension_only_warns(cli):
    name = cli.write("prog.txt", "blether 1\n")
    cli.run("run", name).is_(0, "1\n").has(
        err="Warning: File should have .braw extension, but got .txt")


def test_no_extension_only_warns(cli):
    cli.run(cli.write("prog", "blether 1\n")).is_(0, "1\n").has(err="Warning: File should have .braw")


def test_options_of_the_script_come_after_two_dashes(cli):
    name = cli.write("prog.braw", "blether args()\n")
    cli.run(name, "a", "--", "-v", "--", "check").is_(0, "[prog.braw, a, -v, --, check]\n")
    cli.run("trace", name, "--", "-v").is_(0, "[prog.braw, -v]\n")


def test_script_arguments(cli):
    text = "blether args()\n"
    cli.program(text, "--", "a", "-b", "c d").is_(0, "[prog.braw, a, -b, c d]\n")
    cli.program(text, "a", "b").is_(0, "[prog.braw, a, b]\n")
    cli.program(text).is_(0, "[prog.braw]\n")


def test_exit_statuses(cli):
    cli.program("exit(7)\n").is_(7, "")
    cli.program('hurl "x"\n').is_(1, "")
    cli.program("ken = 1\n").is_(1, "")
    cli.program("").is_(0, "")


def test_output_is_whole_before_exit(cli):
    cli.program('fer i in 0..2000 { blether i }\nexit(0)\n').is_(
        0, "".join(f"{i}\n" for i in range(2000)))


def test_a_program_whose_reader_has_gone_ends(cli):
    path = cli.write("spam.braw", 'whiles aye { blether "spam" }\n')
    read_end, write_end = os.pipe()
    child = subprocess.Popen([cli.binary, "run", path], cwd=cli.folder, stdout=write_end,
                             stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    os.close(write_end)
    assert os.read(read_end, 4) == b"spam"
    os.close(read_end)
    err = child.communicate(timeout=20)[1].decode()
    assert child.returncode == 1 and "Cannae write tae standard output" in err, err


def test_output_that_finds_no_room_is_a_failure(cli):
    path = cli.write("one.braw", "blether 1\n")
    with open("/dev/full", "wb") as full:
        child = subprocess.run([cli.binary, "run", path], cwd=cli.folder, stdout=full,
                               stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=20,
                               check=False)
    assert child.returncode == 1 and b"No space left" in child.stderr, child.stderr


def test_an_empty_path_part_of_the_report(cli):
    cli.program('ken a = 1\nhurl "boom"\nken b = 2\n').is_(1, "").has(
        err=["Hurled at line 2: boom", "  1 | ken a = 1", '> 2 | hurl "boom"', "  3 | ken b = 2"],
        no_err="\x1b[")


def test_hints(cli):
    for word, hint in (("true", "aye"), ("print", "blether"), ("null", "naething"),
                       ("this", "masel")):
        cli.program(f"blether 1\nken x = {word}\n").is_(1, "1\n").has(err=["💡", hint])


def test_check_yer_brackets(cli):
    cli.program("blether (1))\n").is_(1, "").has(err="Check yer brackets")


def test_a_module_beside_the_script_is_found_from_anywhere(cli):
    cli.write("app/main.braw", 'fetch "mod" tae m\nblether m.x\n')
    cli.write("app/mod.braw", "ken x = 5\n")
    (cli.folder / "other").mkdir()
    cli.run("run", "../app/main.braw", cwd="other").is_(0, "5\n")
    cli.run("run", str(cli.folder / "app" / "main.braw"), cwd="other").is_(0, "5\n")


def test_a_module_in_the_working_folder_is_found(cli):
    cli.write("app/main.braw", 'fetch "mod" tae m\nblether m.x\n')
    cli.write("other/mod.braw", "ken x = 6\n")
    cli.run("run", "../app/main.braw", cwd="other").is_(0, "6\n")


def test_the_bundled_modules_are_found_from_anywhere(cli):
    cli.write("deep/er/main.braw", 'fetch "lib/maths" tae m\nblether m.square(9)\n')
    cli.run("run", "main.braw", cwd="deep/er").is_(0, "81\n")


def test_an_absolute_module_path(cli):
    cli.write("mods/m.braw", "ken x = 8\n")
    cli.program(f'fetch "{cli.folder}/mods/m" tae m\nblether m.x\n').is_(0, "8\n")


def test_a_syntax_error_in_a_module_names_it(cli):
    cli.write("bad.braw", "ken ok = 1\nken 5 = 2\n")
    cli.program('fetch "bad"\n').is_(1, "").has(err=["Error in module 'bad", "line 2"])


def test_stdin_is_the_programs(cli):
    cli.program('ken a = speir "? "\nken b = speir "? "\nblether [a, b]\n',
                stdin="ane\ntwa").is_(0, "? ? [ane, twa]\n")


def test_windows_line_ends(cli):
    cli.program('ken x = 1\r\ngin x == 1 {\r\n    blether "aye"\r\n}\r\n').is_(0, "aye\n")


def test_a_byte_order_mark_does_no_harm_to_the_tool(cli):
    result = cli.program(b"\xef\xbb\xbfblether 1\n")
    assert result.status in (0, 1), result.said()


# ---- check, tokens, ast, disasm, trace, dump ----

def test_check(cli):
    name = cli.write("a.braw", "blether 1\n")
    cli.run("check", name).is_(
        0, f"✓ Lexing passed (4 tokens)\n✓ Parsing passed\n\nBonnie! {name} looks braw!\n")


def test_check_does_not_run(cli):
    cli.run("check", cli.write("a.braw", 'scrieve("made.txt", "x")\n'))
    assert not (cli.folder / "made.txt").exists()


def test_check_refuses_a_bad_program(cli):
    cli.run("check", cli.write("a.braw", "ken 5 = 1\n")).is_(1).has(
        err=["ah wis expectin' variable name", "line 1"], no_out="looks braw")


def test_check_names_unkent_names(cli):
    result = cli.run("check", cli.write("a.braw", "blether lenn([1])\n"))
    assert "lenn" in result.out + result.err, result.said()


def test_check_reports_several_errors(cli):
    cli.run("check", cli.write("a.braw", "ken 5 = 1\nblether 1\ndae 6() { }\n")).is_(1).has(
        err=["variable name", "function name"])


def test_tokens(cli):
    out = cli.run("tokens", cli.write("a.braw", "blether 1\n")).is_(0).out.splitlines()
    assert out[0] == "Tokens:" and out[1] == RULE and out[-2] == RULE, out
    assert out[-1] == "Total: 4 tokens", out
    assert len(out) == 8, out
    for line, place in zip(out[2:6], ("   1: 1", "   1: 9", "   1:10", "   2: 1")):
        assert re.match(r"^ *\d+: ?\d+  \S.{19} \".*\"$", line), line
        assert line.startswith(place) or place == "   2: 1", line
    assert out[2].endswith('"blether"') and out[3].endswith('"1"'), out


def test_ast(cli):
    out = cli.run("ast", cli.write("a.braw", "ken x = 1\nblether x\n")).is_(0).out.splitlines()
    assert out[0] == "AST:" and out[1] == RULE, out
    assert out[-1] == "Total: 2 top-level statements", out


def test_disasm(cli):
    cli.run("disasm", cli.write("a.braw", "ken x = 1\nblether x + 1\n")).is_(0)


def test_trace(cli):
    name = cli.write("a.braw", "dae f(x) {\n    gie x * 2\n}\nblether f(21)\n")
    for flags in ((), ("-v",), ("--verbose",)):
        result = cli.run("trace", name, *flags).is_(0).has(err="[line ")
        assert "42" in result.out.splitlines(), result.said()


def test_trace_of_a_failing_program(cli):
    cli.run("trace", cli.write("a.braw", 'blether 1\nhurl "x"\n')).is_(1).has(
        err="Hurled at line 2: x")


def test_dump_of_the_builtins_is_json(cli):
    rows = json.loads(cli.run("dump", "--builtins=json").is_(0).out)
    names = {row["name"] for row in rows}
    assert {"len", "whit_kind", "bytes_read_u16be"} <= names
    assert len(names) == len(rows), "a name twice"
    assert all(row["examples"] and row["doc"] for row in rows), \
        [row["name"] for row in rows if not (row["examples"] and row["doc"])]


def test_dump_of_keywords_and_instructions_is_json(cli):
    words = json.loads(cli.run("dump", "--keywords").is_(0).out)
    assert {"word": "gang_on", "kind": "alias", "canonical": "haud"}.items() <= \
        next(row for row in words if row["word"] == "gang_on").items()
    ops = json.loads(cli.run("dump", "--opcodes=json").is_(0).out)
    assert {"name", "operands", "extra", "doc"} == set(ops[0])


def test_doc(cli):
    cli.run("doc", "--builtins").is_(0).has(out=["# Builtin functions", "### len\n"])
    cli.run("doc", "--man").is_(0).has(out=[".TH MDHAVERS", "\\fBcheck\\fR", "MDH_LOG"])


def test_disasm_says_what_the_numbers_mean(cli):
    name = cli.write("a.braw", 'ken xs = []\ndae f(a, b = 2) { gie || a + b }\n'
                               'hae_a_bash { f("txt").y } gin_it_gangs_wrang e { }\nlater(upper("a"))\n')
    cli.run("disasm", name).is_(0).has(
        out=["function f(a, b?) line 2", '"txt"', '."y"', "; upper", "later (outer)", "handler ",
             "function <lambda>() line 2"])


def test_trace_shows_the_source(cli):
    name = cli.write("a.braw", "dae f(x) {\n    gie x * 2\n}\nblether f(21)\n")
    cli.run("trace", name).is_(0, "42\n").has(
        err=["[line 4] blether f(21)\n", "\n  [line 2] gie x * 2\n"])
    cli.run("trace", "-v", name).is_(0, "42\n").has(err="MULI r0=21")


def test_check_counts_the_arguments_of_builtins(cli):
    name = cli.write("a.braw", "len([], 1)\n[1] |> len(2)\nblether hunt([1])\nken len2 = len\n")
    cli.run("check", name).is_(0).has(
        err=["'len' expects 1 argument but gets 2", ":2:8:", "'hunt' expects"])


def test_check_takes_what_may_come_for_what_it_is(cli):
    cli.write("mod.braw", "ken frae_mod = 1\n")
    name = cli.write("a.braw", 'fetch "mod"\nblether frae_mod + PI\nlen = |a, b| a\nlen(1, 2)\n'
                               "tak(...[1, 2, 3])\nblether is_nowt(1)\nkin A { dae f() { } }\n"
                               "kin B fae A { dae f() { gie auld.f() } }\ndae g() { gie h() }\ndae h() { }\n"
                               "keek 1 { whan [a, ...b] -> a whan {\"k\": v} -> v whan n -> n }\n")
    result = cli.run("check", name).is_(0)
    assert not result.err, result.said()


def test_check_finds_missing_modules_and_suggests_names(cli):
    name = cli.write("a.braw", 'fetch "nae_sic" tae n\nken total = 1\nblether toatl\nblether lenn([])\n'
                               "kin B fae Nope { }\n")
    cli.run("check", name).is_(0).has(
        err=["Cannae find module 'nae_sic'", "Did ye mean 'total'?", "Did ye mean 'len'?", "'Nope'"])


def test_check_never_suggests_the_name_that_stands_there(cli):
    name = cli.write("a.braw", "{ ken total = 1 }\nblether total\n")
    result = cli.run("check", name).is_(0).has(err=["There's a 'total', but no' whaur this can"])
    assert "Did ye mean" not in result.err, result.said()


def test_fmt(cli):
    name = cli.write("a.braw", "ken   x=1 # aye\n")
    cli.run("fmt", "--check", name).is_(1, f"✗ {name} needs formattin'!\n")
    assert (cli.folder / name).read_text() == "ken   x=1 # aye\n"
    cli.run("fmt", name).is_(0, f"Bonnie! Formatted {name} - lookin' braw!\n")
    assert (cli.folder / name).read_text().startswith("ken x = 1")
    cli.run("fmt", name, "--check").is_(0, f"✓ {name} is already formatted braw!\n")
    bad = cli.write("b.braw", "ken = 1\n")
    cli.run("fmt", bad).is_(1)
    assert (cli.folder / bad).read_text() == "ken = 1\n"


# ---- hostile files ----

def test_invalid_utf8(cli):
    cli.program(b'blether "\xff\xfe"\nblether \xc3\n').diagnosed()


def test_a_nul_byte(cli):
    cli.program(b"blether 1\0\n").diagnosed()


def test_deep_parentheses(cli):
    cli.program("blether " + "(" * 100000 + "1" + ")" * 100000 + "\n").diagnosed()


def test_deep_lists(cli):
    cli.program("ken x = " + "[" * 100000 + "\n").diagnosed()


def test_deep_blocks(cli):
    cli.program("{" * 100000 + "}" * 100000 + "\n").diagnosed()


def test_deep_unary(cli):
    cli.program("blether " + "- " * 100000 + "1\n").diagnosed()
    cli.program("blether " + "nae " * 100000 + "aye\n").diagnosed()


def test_deep_lambdas(cli):
    cli.program("ken f = " + "|x| " * 50000 + "1\n").diagnosed()


def test_deep_assignments_and_ternaries(cli):
    cli.program("a = " * 100000 + "1\n").diagnosed()
    cli.program("ken x = " + "gin aye than 1 ither " * 50000 + "2\n").diagnosed()


def test_deep_f_strings(cli):
    cli.program("blether " + "f'{" * 3000 + "1" + "}'" * 3000 + "\n").diagnosed()


def test_deep_else_chains(cli):
    chain = "gin x == 0 { }" + "".join(f" ither gin x == {i} {{ }}" for i in range(20000))
    result = cli.program(f"ken x = -1\n{chain}\nblether 1\n")
    assert result.status == 0 and result.out == "1\n" or result.status == 1 and result.err, \
        result.said()


def test_a_long_chain_of_operators(cli):
    result = cli.program("blether " + "1 + " * 100000 + "1\n", limit=60)
    assert (result.status, result.out) == (0, "100001\n") or result.status == 1 and result.err, \
        result.said()


def test_a_long_chain_of_calls(cli):
    result = cli.program("dae f() { gie f }\nken x = f" + "()" * 50000 + "\nblether 1\n", limit=60)
    assert (result.status, result.out) == (0, "1\n") or result.status == 1 and result.err, \
        result.said()


def test_a_line_of_ten_megabytes(cli):
    cli.program('blether len("' + "a" * 10_000_000 + '")\n', limit=60).is_(0, "10000000\n")


def test_many_lines(cli):
    result = cli.program("ken x = 0\n" + "x += 1\n" * 200000 + "blether x\n", limit=60)
    assert (result.status, result.out) == (0, "200000\n") or result.status == 1 and result.err, \
        result.said()


def test_many_constants(cli):
    items = ",".join(f'"s{i}"' for i in range(70000))
    result = cli.program(f"ken xs = [{items}]\nblether len(xs)\n", limit=60)
    assert (result.status, result.out) == (0, "70000\n") or result.status == 1 and result.err, \
        result.said()


def test_many_locals(cli):
    body = "\n".join(f"    ken v{i} = {i}" for i in range(3000))
    result = cli.program(f"dae f() {{\n{body}\n    gie v2999\n}}\nblether f()\n", limit=60)
    assert (result.status, result.out) == (0, "2999\n") or result.status == 1 and result.err, \
        result.said()


def numbered(text, n, between=" "):
    return between.join(text.replace("#", str(i)) for i in range(n))


# What a program may have, the first number that is too many of it, and what is said then.
LIMITS = [
    ("parameters", 110, 150, "Ower mony parameters",
     lambda n: f'dae f({numbered("a#", n, ", ")}) {{ gie a0 }}\nblether f({numbered("#", n, ", ")})'),
    ("methods", 200, 250, "Ower mony methods in ane kin",
     lambda n: "kin K {" + numbered("dae m#() { gie # }", n) + "}\nblether K().m0()"),
    ("captures", 250, 300, "Ower mony captured variables in ane function",
     lambda n: f'dae f() {{\n{numbered("ken v# = 0", n, chr(10))}\n'
               f'gie || [{numbered("v#", n, ", ")}][0]\n}}\nblether f()()'),
    ("loops", 40, 90, "Ower mony variables an' values at aince in ane function",
     lambda n: f'ken t = 0\n{numbered("fer i# in 0..1 {", n)} t += 1 {"}" * n}\nblether t - 1'),
    ("tries", 100, 400, "Ower mony variables an' values at aince in ane function",
     lambda n: f'{"hae_a_bash { " * n} blether 0 {"} gin_it_gangs_wrang e { } " * n}'),
    ("destructured", 240, 300, "Ower mony names in a destructuring",
     lambda n: f'ken [{numbered("a#", n, ", ")}] = 0..{n}\nblether a0'),
    ("pattern", 90, 200, "Ower mony items in a list pattern",
     lambda n: f'keek 0..{n} {{ whan [{numbered("a#", n, ", ")}] -> blether a0 }}'),
    ("named", 50, 150, "Ower mony named arguments",
     lambda n: f'dae f({numbered("a# = 0", 110, ", ")}) {{ gie a0 }}\nblether f({numbered("a#: 0", n, ", ")})'),
]


def test_limits_have_a_diagnostic(cli):
    for name, fine, many, message, program in LIMITS:
        cli.write("limit.braw", program(fine) + "\n")
        assert cli.run("limit.braw").is_(0).out == "0\n", name
        for n in (many, 900):
            cli.write("limit.braw", program(n) + "\n")
            cli.run("limit.braw").is_(1).has(err=message)


def test_many_errors_are_limited(cli):
    result = cli.program("ken 5 = 1\n" * 50000, limit=60).diagnosed()
    assert len(result.err) < 2_000_000, f"{len(result.err)} bytes of reports"


def test_every_truncation_of_a_program_is_diagnosed_or_runs(cli):
    text = ('kin A fae B { dae init(x, ...r) { masel.x = f"{x:>3}" } }\nkeek 1 { whan [a, ...b] '
            'gin a > 1 -> { "k": [1, 2][0:1] } whan _ -> hae_a_bash { gie |x| x } '
            "gin_it_gangs_wrang e { hurl e } at_the_hinner_en { } }\n")
    for end in range(0, len(text), 3):
        result = cli.program(text[:end])
        assert result.status in (0, 1), result.said()


def test_rubbish_is_diagnosed(cli):
    seed = 1
    for _ in range(20):
        data = bytearray()
        for _ in range(400):
            seed = (seed * 1103515245 + 12345) % 2**31
            data.append(b" \n(){}[]|=+-*/.,;:\"'fkengin0123456789\\#"[seed >> 8 & 31] if seed % 9
                        else seed >> 16 & 255)
        result = cli.program(bytes(data), limit=10)
        assert result.status in (0, 1), result.said()


# ---- the REPL ----

def repl(cli, text, *args):
    return cli.run(*args, stdin=text)


def test_repl_evaluates(cli):
    for args in ((), ("repl",)):
        repl(cli, "1 + 1\n", *args).is_(0).has(
            out=["mdhavers REPL - A Scots Programming Language", "=> 2"])


def test_repl_keeps_state(cli):
    repl(cli, "ken x = 20\ndae f(n) { gie n + x }\nf(3)\n", "repl").is_(0).has(out="=> 23")


def test_repl_prints_nae_naething(cli):
    repl(cli, "naething\nken x = 1\n", "repl").is_(0).has(no_out="=> naething")


def test_repl_goes_on_after_errors(cli):
    repl(cli, "1 / 0\nken 5\n40 + 2\n", "repl").is_(0).has(
        out="=> 42", err=["Och!: Ye numpty! Tryin' tae divide by zero", "Parse error: "])


def test_repl_collects_open_brackets(cli):
    repl(cli, "dae f() {\n  gie 7\n}\nf()\n[1,\n2]\n", "repl").is_(0).has(out=["=> 7", "=> [1, 2]"])


def test_repl_leaves(cli):
    for word in ("quit", "exit", "bye", "cheers", ":quit", "QUIT", "haud yer wheesht"):
        repl(cli, f"{word}\n99 + 1\n", "repl").is_(0).has(
            out="Haste ye back! Slàinte!", no_out="=> 100")
    repl(cli, "", "repl").is_(0).has(out="Haste ye back! Slàinte!")


def test_repl_help(cli):
    repl(cli, "help\n", "repl").is_(0).has(out="mdhavers Help")


def test_repl_vars(cli):
    repl(cli, "ken answer = 42\nvars\n", "repl").is_(0).has(
        out=["Yer Variables (Environment)", "    answer : integer = 42"])


def test_repl_cancel_and_reset(cli):
    repl(cli, "dae f() {\n:cancel\n1 + 2\n", "repl").is_(0).has(
        out=["Cancelled multiline input.", "=> 3"])
    repl(cli, "ken x = 5\nreset\nx\n", "repl").is_(0).has(err="'x' hasnae been defined yet")


# ---- the harness ----

def run_test(name, test, binary):
    """None, or why it failed."""
    with tempfile.TemporaryDirectory(prefix="mdh-cli-") as folder:
        try:
            test(Cli(binary, folder))
        except AssertionError as problem:
            return str(problem)
        except Exception:  # a bug of the test itself: show where
            return traceback.format_exc()
    return None


def main(kind="cli", found=None):
    """Runs the tests of a module; `found` are its globals."""
    found = found or globals()
    parser = argparse.ArgumentParser(description=found["__doc__"].splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("-j", "--jobs", type=int, default=(os.cpu_count() or 2))
    parser.add_argument("filter", nargs="*")
    options = parser.parse_args()
    binary = str(pathlib.Path(options.bin).resolve())
    if not os.access(binary, os.X_OK):
        sys.exit(f"tests/{kind}_test.py: no such program: {binary}")
    tests = [(name, test) for name, test in found.items() if name.startswith("test_")
             and (not options.filter or any(part in name for part in options.filter))]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda item: run_test(*item, binary), tests))
    failed = 0
    for (name, _), problem in zip(tests, results):
        if problem:
            failed += 1
            print(f"FAIL {name}")
            print("\n".join(f"    {line}" for line in problem.splitlines()[:40]))
            print(f"    again: tests/{kind}_test.py --bin {options.bin} {name}")
    print(f"{kind}: {len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not tests else 0)


if __name__ == "__main__":
    main()
