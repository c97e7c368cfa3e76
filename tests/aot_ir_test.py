#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The native compiler's output for hot operations: they are to be inlined, not called. Inlining ends
silently when attributes or types of the inline runtime and emitted code come to differ.

    tests/aot_ir_test.py --bin build/bin/mdhavers

Each case is a function in the language, and names of the runtime that its code at -O2 must not call
or must. Prints `native code: N passed, N failed`."""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

# name, script, calls that must not be there, patterns that must be
CASES = [
    ("integers add in place", "dae f(a, b) { gie a + b }\nblether f(1, 2)",
     ["vm_n_add", "__mdh_op_add"], [r"and i64|sadd.with.overflow"]),
    ("a counted loop is plain arithmetic",
     "dae f(n) {\n ken s = 0\n fer i in 0..n { s = (s + i * 3) % 1000003 }\n gie s\n}\nblether f(9)",
     ["vm_n_mul", "vm_n_mod", "vm_n_box_int"], [r"icmp slt|icmp sgt|icmp sle"]),
    ("comparing is a compare", "dae f(a, b) { gin a < b { gie 1 } gie 2 }\nblether f(1, 2)",
     ["vm_n_lt"], [r"icmp"]),
    ("list items are loads", "dae f(xs, i) { gie xs[i] }\nblether f([1], 0)",
     ["vm_n_geti"], [r"load atomic i64"]),
    ("list items are stores", "dae f(xs, i, v) { xs[i] = v }\nf([1], 0, 2)",
     ["vm_n_seti"], [r"store atomic i64"]),
    ("fields are loads",
     "kin C {\n dae init(x) { masel.x = x }\n dae get() { gie masel.x }\n}\nblether C(1).get()",
     ["vm_n_getp", "vm_n_setp"], [r"load atomic i64", r"store atomic i64"]),
    ("octets are loads", "dae f(b, i) { gie bytes_read_u16be(b, i) }\nblether f(bytes(4), 1)",
     ["vm_n_bget"], [r"load i16|load i8"]),
    ("octets are stores", "dae f(b, i, v) { bytes_write_u16be(b, i, v) }\nf(bytes(4), 1, 2)",
     ["vm_n_bput"], [r"store i16|store i8"]),
    ("floats stay doubles",
     "dae f(n) {\n ken x = 1.5\n fer i in 0..n { x = x * 0.5 + 0.25 }\n gie x\n}\nblether f(3)",
     ["vm_n_mul", "vm_n_add"], [r"fmul double", r"fadd double"]),
    ("float fields are doubles in the object",
     "kin C {\n dae init(x) { masel.x = x }\n dae add(y) { masel.x = masel.x + y * 0.5 }\n}\n"
     "ken c = C(1.5)\nfer i in 0..3 { c.add(i + 0.5) }\nblether c.x",
     ["vm_n_set_raw", "vm_n_raw"], [r"load atomic double|bitcast i64 %[^ ]+ to double",
                                    r"fcmp uno double", r"fadd double"]),
    ("a closure made here is put in place",
     "dae f(n) {\n ken k = 3\n ken add = |x| x + k\n ken s = 0\n fer i in 0..n { s = add(s) % 1000 }\n"
     " gie s\n}\nblether f(9)",
     ["vm_n_call", "vm_n_body", "vm_n_add"], [r"sadd.with.overflow"]),
    ("known functions are called directly",
     "dae f(n) {\n gin n < 2 { gie n }\n gie f(n - 1) + f(n - 2)\n}\nblether f(5)",
     ["vm_n_call", "vm_n_getg"], [r"call .*@braw\.f\("]),
]


def emit(binary, folder, script):
    source, out = folder / "case.braw", folder / "case.ll"
    source.write_text(script + "\n")
    out.unlink(missing_ok=True)
    run = subprocess.run([binary, "build", source, "--emit-llvm", "-O", "2", "-o", out],
                         capture_output=True, text=True, timeout=120)
    if run.returncode or not out.exists():
        return None, run.stderr or run.stdout
    return out.read_text(), ""


def wrong_with(text, absent, present):
    """What the case's IR has that it should not, or lacks. Definitions do not count, and neither do
    calls that are marked as not to be inlined: those stand where a guess was wrong, or run once."""
    marked = re.findall(r"^attributes (#\d+) = { [^}]*\bnoinline\b", text, re.M)
    bodies = [part for part in text.split("\ndefine ")[1:] if "available_externally" not in
              part.split("\n", 1)[0]]
    code = "\n".join(bodies)
    for name in absent:
        calls = re.findall(r"call [^\n]*@" + name + r"\([^\n]*", code)
        if any(re.sub(r",? !.*", "", call).split()[-1] not in marked for call in calls):
            yield f"still calls {name}"
    for pattern in present:
        if not re.search(pattern, code):
            yield f"lacks {pattern}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/bin/mdhavers")
    options = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, script, absent, present in CASES:
            text, why = emit(options.bin, pathlib.Path(folder), script)
            wrong = [why] if text is None else list(wrong_with(text, absent, present))
            passed += not wrong
            failed += bool(wrong)
            for what in wrong:
                print(f"FAIL {name}: {what}")
    print(f"native code: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
