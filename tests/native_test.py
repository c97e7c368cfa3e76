#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Native programs as a user meets them: `build` and its options, what goes wrong and what is said of
it, the cache of `run --native`, and what only compiled programs have: their own stack, their embedded
modules. That they do what the interpreter does is what tests/run.py compares.

    tests/native_test.py [--bin build/bin/mdhavers] [part of a name…]

Each test is a function `test_…(cli)`; the last line is `native: N passed, N failed`.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess

import cli_test
from cli_test import ROOT

LIB = "lib/mdhavers"


def run(cli, name, *args, limit=60, env=None):
    """A built program in the test's folder."""
    return subprocess.run([cli.folder / name, *args], cwd=cli.folder, capture_output=True, text=True,
                          timeout=limit, check=False, env={**os.environ, **(env or {})})


def build(cli, text, *options, name="prog.braw"):
    """Builds a program that must be fine."""
    result = cli.run("build", cli.write(name, text), *options, limit=60)
    assert result.status == 0, result.err
    return result


def copied(cli, *without):
    """Another installation of the binary, with something left out."""
    home = pathlib.Path(cli.binary).parent.parent
    there = cli.folder / "prefix"
    (there / "bin").mkdir(parents=True)
    shutil.copy(cli.binary, there / "bin")
    shutil.copytree(home / "share/mdhavers/stdlib", there / "share/mdhavers/stdlib")
    (there / LIB).mkdir(parents=True)
    for path in (home / LIB).iterdir():
        if path.name not in without:
            os.symlink(path, there / LIB / path.name)
    return type(cli)(str(there / "bin" / "mdhavers"), cli.folder)


# ---- build -----------------------------------------------------------------------------------------

def test_build_names_the_program_after_its_source(cli):
    result = build(cli, 'blether "aye"\n')
    assert result.out == "Braw! Built native executable from prog.braw: prog\n", result.out
    assert run(cli, "prog").stdout == "aye\n"


def test_build_beside_the_source(cli):
    cli.write("sub/prog.braw", "blether 1\n")
    result = cli.run("build", "sub/prog.braw")
    assert result.status == 0, result.err
    assert run(cli, "sub/prog").stdout == "1\n"


def test_build_out(cli):
    for form in (["-o", "x1"], ["-ox2"], ["--output", "x3"], ["--output=x4"]):
        build(cli, "blether 1\n", *form)
    for name in ("x1", "x2", "x3", "x4"):
        assert run(cli, name).stdout == "1\n"


def test_every_level(cli):
    for level in "0123":
        build(cli, "ken s = 0\nfer i in 0..10 { s = s + i }\nblether s\n", f"-O{level}", "-o", "p")
        assert run(cli, "p").stdout == "45\n"
    for form in (["--fast"], ["--opt-level", "1"], ["-O", "1"], ["-g"]):
        build(cli, "blether 1\n", *form, "-o", "p")
        assert run(cli, "p").stdout == "1\n"


def test_a_wrong_level_is_usage(cli):
    for level in ("-O4", "-Ofast", "--opt-level="):
        result = cli.run("build", cli.write("p.braw", "blether 1\n"), level)
        assert result.status == 2 and "0, 1, 2 or 3" in result.err, result.err


def test_an_option_without_its_value_is_usage(cli):
    result = cli.run("build", cli.write("p.braw", "blether 1\n"), "-o")
    assert result.status == 2 and "'-o' needs FILE" in result.err, result.err


def test_emit_llvm(cli):
    result = build(cli, "blether 1\n", "--emit-llvm")
    assert result.out == "Braw! Built LLVM code from prog.braw: prog.ll\n", result.out
    assert "define" in (cli.folder / "prog.ll").read_text()


def test_emit_obj(cli):
    build(cli, "blether 1\n", "--emit-obj")
    assert (cli.folder / "prog.o").read_bytes()[:4] == b"\x7fELF"


def test_debuggers_see_the_lines_of_the_script(cli):
    build(cli, "dae f(x) {\n    ken y = x + 1\n    gie y * x\n}\nblether f(f(2))\n", "-g")
    lines = subprocess.run(["objdump", "--dwarf=decodedline", cli.folder / "prog"],
                           capture_output=True, text=True, check=True).stdout
    for line in (2, 3, 5):
        assert re.search(rf"^prog\.braw +{line} ", lines, re.M), line


def test_a_big_program_is_compiled_in_parts(cli):
    text = "kin K { dae init(x) { masel.x = x }\n dae get() { gie masel.x } }\n"
    text += "dae wee(x) { gie x % 7 }\ndae f0(x) { hurl \"at the bottom\" }\n"
    for i in range(1, 160):
        text += (f"dae f{i}(x) {{\n    ken k = K(x + {i})\n"
                 f"    ken xs = gaun([x, k.get()], |y| y * {i})\n"
                 f"    gin xs[0] > 900000 {{ gie f{i - 1}(wee(x)) }}\n"
                 f"    gie (f{i - 1}(x + 1) + wee(x)) % 1000 + xs[1]\n}}\n")
    text += "hae_a_bash { blether f30(1) } gin_it_gangs_wrang e { blether e }\nblether f159(2)\n"
    build(cli, text, "-O2")
    expected, native = cli.run("run", "prog.braw"), run(cli, "prog", limit=60)
    assert expected.status == 1 and "at the bottom" in expected.err, expected.err
    after = [text.partition(":")[2] for text in (native.stderr, expected.err)] # the first word varies
    assert native.stdout == expected.out and after[0] == after[1], native.stderr


def test_hello_is_small(cli):
    build(cli, 'blether "hullo"\n')
    assert (cli.folder / "prog").stat().st_size < 3 << 20


def test_static(cli):
    build(cli, 'blether sha256("a")\n', "--static")
    assert run(cli, "prog").stdout.startswith("ca978112ca1bbdca")
    lines = subprocess.run(["ldd", cli.folder / "prog"], capture_output=True, text=True, check=False)
    assert "not a dynamic" in lines.stderr + lines.stdout or "statically" in lines.stdout, lines.stdout


def test_a_program_that_does_not_compile(cli):
    result = cli.run("build", cli.write("p.braw", "ken = 3\n"))
    assert result.status == 1 and "p.braw:1" in result.err, result.err
    assert not (cli.folder / "p").exists()


def test_a_program_that_is_not_there(cli):
    result = cli.run("build", "nane.braw")
    assert result.status == 1 and "Cannae read 'nane.braw'" in result.err, result.err


def test_an_output_that_cannot_be_written(cli):
    result = cli.run("build", cli.write("p.braw", "blether 1\n"), "-o", "nae/such/place")
    assert result.status == 1, result.err
    assert result.err == "Cannae write tae nae/such/place: No such file or directory\n", result.err
    (cli.folder / "d").mkdir()
    result = cli.run("build", "p.braw", "-o", "d")
    assert result.status == 1 and "Cannae write tae d" in result.err, result.err
    assert sorted(p.name for p in cli.folder.iterdir()) == ["d", "p.braw"]


def test_no_linker(cli):
    result = cli.run("build", cli.write("p.braw", "blether 1\n"), env={"PATH": "/nane"})
    assert result.status == 1 and "apt-get install gcc" in result.err, result.err
    result = cli.run("build", "p.braw", env={"CC": "/nane/cc"})
    assert result.status == 1 and "apt-get install gcc" in result.err, result.err


def test_a_linker_that_fails(cli):
    cc = cli.write("cc", "#!/bin/sh\necho 'ld: cannot find -lgc' >&2\nexit 1\n")
    (cli.folder / cc).chmod(0o755)
    result = cli.run("build", cli.write("p.braw", "blether 1\n"), env={"CC": str(cli.folder / cc)})
    assert result.status == 1 and "libgc-dev" in result.err, result.err
    assert not (cli.folder / "p").exists()


def test_no_native_compiler(cli):
    result = copied(cli, "aot.so").run("build", cli.write("p.braw", "blether 1\n"))
    assert result.status == 1, result.err
    assert "wi'oot its native compiler" in result.err and "llvm-19-dev" in result.err, result.err
    assert copied_run(cli).out == "1\n"


def copied_run(cli):
    return type(cli)(str(cli.folder / "prefix/bin/mdhavers"), cli.folder).run("run", "p.braw")


def test_no_llvm(cli):
    """A library that needs one which is not there is what a machine without LLVM has."""
    other = copied(cli, "aot.so")
    source = cli.write("a.c", "extern int nane(void);\nint aot_compile(void) { return nane(); }\n")
    for argv in (["-o", "libLLVM-nane.so", "-x", "c", "-"], ["-o", f"prefix/{LIB}/aot.so", source,
                                                             "-L.", "-lLLVM-nane"]):
        subprocess.run(["cc", "-shared", "-fPIC", *argv], cwd=cli.folder, check=True,
                       input="int nane(void) { return 0; }\n", text=True)
    (cli.folder / "libLLVM-nane.so").unlink()
    result = other.run("build", cli.write("p.braw", "blether 1\n"))
    assert result.status == 1 and "apt-get install libllvm19" in result.err, result.err


def test_no_runtime_library(cli):
    result = copied(cli, "libmdhrt.a").run("build", cli.write("p.braw", "blether 1\n"))
    assert result.status == 1 and "runtime library isnae" in result.err, result.err


def test_run_does_not_load_llvm(cli):
    text = 'blether contains(slurp("/proc/self/maps"), "LLVM")\n'
    assert cli.program(text).out == "nae\n"


def test_many_builds_at_once(cli):
    cli.write("p.braw", "blether 1\n")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: cli.run("build", "p.braw", "-o", "p", limit=60), range(4)))
    assert all(r.status == 0 for r in results), [r.err for r in results]
    assert run(cli, "p").stdout == "1\n"
    assert sorted(p.name for p in cli.folder.iterdir()) == ["p", "p.braw"]


def test_a_running_program_can_be_built_again(cli):
    build(cli, "bide(3000)\n", name="p.braw")
    with subprocess.Popen([cli.folder / "p"]) as child:
        build(cli, "blether 2\n", name="p.braw")
        child.kill()
    assert run(cli, "p").stdout == "2\n"


# ---- the program -------------------------------------------------------------------------------------

def test_modules_are_inside(cli):
    cli.write("m.braw", 'fetch "strings" tae s\ndae f() { gie "frae m" }\n')
    build(cli, 'fetch "m" tae m\nfetch "maths" tae x\nblether [m.f(), x.square(3)]\n')
    (cli.folder / "m.braw").unlink()
    (cli.folder / "prog.braw").unlink()
    assert run(cli, "prog").stdout == '["frae m", 9]\n'


def test_a_changed_bundled_module_is_compiled_anew(cli):
    other = copied(cli)
    path = cli.folder / "prefix/share/mdhavers/stdlib/maths.braw"
    path.write_text(path.read_text() + '\ndae changed() { gie "changed" }\n')
    result = other.run("build", cli.write("p.braw", 'fetch "maths" tae m\nblether m.changed()\n'))
    assert result.status == 0, result.err
    assert run(cli, "p").stdout == "changed\n"


def test_the_report_of_an_error_needs_no_source(cli):
    text = "dae f(x) { gie x / 0 }\n\nblether 1\nf(2)\nblether 3\n"
    build(cli, text)
    expected = cli.run("run", "prog.braw")
    (cli.folder / "prog.braw").unlink()
    result = run(cli, "prog")
    assert result.returncode == 1 and result.stdout == "1\n"
    strip = lambda err: err.partition(":")[2]
    assert strip(result.stderr) == strip(expected.err), result.stderr + expected.err


def test_an_error_in_a_bundled_module(cli):
    build(cli, 'fetch "maths" tae m\nm.factorial("x")\n')
    expected = cli.run("run", "prog.braw")
    strip = lambda err: err.partition(":")[2]
    assert strip(run(cli, "prog").stderr) == strip(expected.err), expected.err


def test_arguments_and_exit_status(cli):
    build(cli, "blether args()\nexit(len(args()))\n")
    result = run(cli, "prog", "a", "--help", "-x")
    assert result.stdout.endswith("/prog, a, --help, -x]\n"), result.stdout
    assert result.returncode == 4


def test_deep_recursion(cli):
    text = """dae doon(n) { gin n == 0 { gie 0 } gie 1 + doon(n - 1) }
kin Node { dae init(n) { masel.n = n\n gin n > 0 { masel.next = Node(n - 1) } } }
blether [doon(100000), Node(100000).n]
ken d = {"f": naething}
d["f"] = |n| { gin n == 0 { gie 0 } gie 1 + d.f(n - 1) }
blether d.f(100000)
dae ever(n) { gie 1 + ever(n + 1) }
hae_a_bash { ever(0) } gin_it_gangs_wrang e { blether e }
"""
    for level in ("-O0", "-O2"):
        build(cli, text, level)
        result = run(cli, "prog")
        assert result.returncode == 0, result.stderr[:1000]
        assert result.stdout == ("[100000, 100000]\n100000\nStack's fair puggled! Too many nested calls at "
                                 "line 8 - yer recursion's gone radge!\n"), result.stdout


def test_deep_recursion_in_a_thread(cli):
    text = """dae doon(n) { gin n == 0 { gie 0 } gie 1 + doon(n - 1) }
ken t = thread_spawn(|| doon(100000))
blether thread_join(t)
"""
    build(cli, text)
    expected = cli.run("run", "prog.braw")
    result = run(cli, "prog")
    assert result.stdout == expected.out, result.stdout + result.stderr + expected.err


def test_a_variable_of_the_program_lives(cli):
    """A socket that only a top-level variable holds is not closed as a lost one."""
    text = """ken l = socket_tcp("ipv4")["value"]
socket_bind(l, "127.0.0.1", 0)
ken junk = []
fer i in 0..20000 { junk = [i, junk] gin i % 50 == 0 { junk = [] } }
blether "done"
"""
    build(cli, text)
    for variables in ({}, {"MDH_STRESS": "gc"}):
        result = run(cli, "prog", env=variables)
        assert (result.stdout, result.stderr) == ("done\n", ""), result.stderr


def test_little_address_space(cli):
    build(cli, "blether 1\n")
    result = subprocess.run(["sh", "-c", "ulimit -v 300000; ./prog"], cwd=cli.folder, text=True,
                            capture_output=True, check=False)
    assert result.stdout == "1\n", result.stderr


def test_every_opcode_is_known(_cli):
    source = "".join(path.read_text() for path in (ROOT / "lang/aot").glob("*.c"))
    ops = re.findall(r"^OP\((\w+),", (ROOT / "abi/opcodes.def").read_text(), re.M)
    assert len(ops) > 100
    assert not [op for op in ops if not re.search(rf"\bOP_{op}\b", source)]


# ---- the cache ---------------------------------------------------------------------------------------

def kept(cli):
    return sorted(p.name for p in (cli.folder / "cache/mdhavers").iterdir())


def native(cli, *args, limit=60, **env):
    return cli.run("run", "--native", *args, limit=limit,
                   env={"XDG_CACHE_HOME": str(cli.folder / "cache"), **env})


def test_run_native(cli):
    cli.write("p.braw", "blether args()\n")
    assert native(cli, "p.braw", "--", "-a", "b").out == cli.run("run", "p.braw", "--", "-a", "b").out
    assert len(kept(cli)) == 1


def test_run_native_builds_once(cli):
    cli.write("p.braw", "blether 1\n")
    assert native(cli, "p.braw").out == "1\n"
    assert native(cli, "p.braw", CC="/nane/cc").out == "1\n"
    assert len(kept(cli)) == 1


def test_run_native_notices_changes(cli):
    cli.write("m.braw", "ken x = 1\n")
    cli.write("p.braw", 'fetch "m" tae m\nblether m.x\n')
    assert native(cli, "p.braw").out == "1\n"
    cli.write("m.braw", "ken x = 2\n")
    assert native(cli, "p.braw").out == "2\n"
    cli.write("p.braw", 'fetch "m" tae m\nblether m.x + 1\n')
    assert native(cli, "p.braw").out == "3\n"
    assert len(kept(cli)) == 3


def test_run_native_at_once(cli):
    cli.write("p.braw", "blether 1\n")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: native(cli, "p.braw"), range(4)))
    assert all(r.out == "1\n" for r in results), [r.err for r in results]
    assert len(kept(cli)) == 1


def test_the_cache_is_bounded(cli):
    folder = cli.folder / "cache/mdhavers"
    folder.mkdir(parents=True)
    for i in range(100):
        path = folder / f"{i:032x}"
        path.write_text("")
        os.utime(path, (i, i))
    (folder / "no-of-oors").write_text("")
    cli.write("p.braw", "blether 1\n")
    assert native(cli, "p.braw").out == "1\n"
    assert len(kept(cli)) == 65 and "no-of-oors" in kept(cli) and f"{99:032x}" in kept(cli)


def test_a_cache_that_cannot_be_written(cli):
    cli.write("p.braw", "blether 1\n")
    result = native(cli, "p.braw", XDG_CACHE_HOME="/proc/nane")
    assert result.status == 1 and "Cannae write tae" in result.err, result.err


if __name__ == "__main__":
    cli_test.main("native", globals())
