#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random programs, interpreted and built natively: output, errors, traces and exit status must agree.

    tests/diff_fuzz.py [--bin build/bin/mdhavers] [--seed N] [--count N] [--seconds N] [--levels 0,2]
                       [--random N] [--keep FOLDER] [--show] [seed…]
    tests/diff_fuzz.py --shapes[=PART]       programs at the limits (tests/diff_shapes.py)

Each program comes from one seed (tests/diff_gen.py). A difference is made smaller by taking pieces of
the program away while it stays, and printed. Seeds that are not given are taken at random and printed.
Prints `diff-fuzz: N passed, N failed`.
"""
import argparse
import concurrent.futures
import copy
import itertools
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import diff_gen
import diff_shapes

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUN_LIMIT_S, NATIVE_LIMIT_S, BUILD_LIMIT_S = 5, 60, 300
SHRINK_S = 240
MOST_OUTPUT = 2 << 20
DEPTH = re.compile(rb"and \d{5,} mair")          # how deep a recursion goes is up to each
EXCLAMATION = re.compile(rb"\A[A-Z][a-z ]+: ")   # a random one stands before an uncaught error


def run(argv, folder, limit):
    """(exit status or None when it took too long, stdout, stderr)"""
    env = {key: value for key, value in os.environ.items() if not key.startswith("MDH_")}
    child = subprocess.Popen(argv, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, start_new_session=True,
                             env={**env, "TZ": "UTC", "LC_ALL": "C.UTF-8"})
    try:
        out, err = child.communicate(timeout=limit)
        return child.returncode, out[:MOST_OUTPUT], DEPTH.sub(b"and mony mair", EXCLAMATION.sub(b"", err))[:MOST_OUTPUT]
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)  # our own child: it leads its session
        child.communicate()
        return None, b"", b""


class Backends:
    """What a program does in each of them."""

    def __init__(self, binary, levels):
        self.binary, self.levels = binary, levels
        self.built = self.build_seconds = 0

    def write(self, files, folder):
        for name, root in files.items():
            (pathlib.Path(folder) / name).write_text(diff_gen.write(root))

    def interpreted(self, folder):
        return run([self.binary, "run", "main.braw"], folder, RUN_LIMIT_S)

    def native(self, folder, level):
        start = time.monotonic()
        made = run([self.binary, "build", "main.braw", "-O", level, "-o", f"native{level}"], folder, BUILD_LIMIT_S)
        self.build_seconds += time.monotonic() - start
        self.built += 1
        if made[0] != 0:
            return "build", made[0], made[2]
        return run([f"./native{level}"], folder, NATIVE_LIMIT_S)

    def difference(self, files, levels=None):
        """None, "slow" or "broken" (a program that is not worth comparing), or (level, did, native did)."""
        with tempfile.TemporaryDirectory(prefix="mdh-diff-") as folder:
            self.write(files, folder)
            did = self.interpreted(folder)
            if did[0] is None or b"nae memory" in did[2].lower():
                return "slow"
            if b"Parser gave up" in did[2] or b"expectin'" in did[2]:
                return "broken"
            for level in levels or self.levels:
                other = self.native(folder, level)
                if other != did and self.interpreted(folder) == did:
                    return level, did, other
        return None


# ---- making it smaller ----

def places(node, found, holder=None, at=None):
    """Every (holder, position, node) of a tree, outer ones first."""
    if holder is not None:
        found.append((holder, at, node))
    for i, part in enumerate(node.parts):
        if not isinstance(part, str):
            places(part, found, node, i)
    return found


def blocks(node, found):
    if node.kind == "b":
        found.append(node)
    for part in node.parts:
        if not isinstance(part, str):
            blocks(part, found)
    return found


class Shrinker:
    def __init__(self, files, still):
        self.files, self.still = files, still
        self.end = time.monotonic() + SHRINK_S
        self.tries = 0

    def attempt(self):
        self.tries += 1
        return time.monotonic() < self.end and self.still(self.files)

    def less_statements(self):
        """Runs of statements, long ones first, taken out of each block."""
        gone = False
        for root in self.files.values():
            for block in blocks(root, []):
                size = max(len(block.parts) // 2, 1)
                while size and time.monotonic() < self.end:
                    at = 0
                    while at < len(block.parts):
                        old = block.parts
                        block.parts = old[:at] + old[at + size:]
                        if self.attempt():
                            gone = True
                        else:
                            block.parts, at = old, at + size
                    size //= 2
        return gone

    def swap(self, holder, at, fresh):
        old, holder.parts = holder.parts, [*holder.parts[:at], *fresh, *holder.parts[at + 1:]]
        if self.attempt():
            return True
        holder.parts = old
        return False

    def simpler(self):
        """A statement by what stands in its block, an expression by a part of it or by a constant."""
        gone = False
        for root in self.files.values():
            for holder, at, node in places(root, []):
                if at >= len(holder.parts) or holder.parts[at] is not node:
                    continue
                inner = [part for part in node.parts if not isinstance(part, str)]
                ways = []
                if node.kind == "s":
                    ways = [part.parts for part in inner if part.kind == "b"]
                elif node.kind == "e" and len(node.text()) > 1:
                    ways = [["1"], ["naething"], *([part] for part in inner if part.kind == "e")]
                gone = any(self.swap(holder, at, way) for way in ways) or gone
                if time.monotonic() > self.end:
                    return gone
        return gone

    def less_files(self):
        for name in [name for name in self.files if name != "main.braw"]:
            kept = self.files.pop(name)
            if not self.attempt():
                self.files[name] = kept

    def run(self):
        self.less_files()
        while time.monotonic() < self.end:
            if not self.less_statements() | self.simpler():
                break
        return self.files


# ---- reports ----

def first_lines(text, most=12):
    lines = text.decode("utf-8", "backslashreplace").split("\n")
    return lines[:most] + (["…"] if len(lines) > most else [])


def explain(one, other):
    """Where two runs part."""
    for name, a, b in (("exit status", one[0], other[0]), ("stdout", one[1], other[1]), ("stderr", one[2], other[2])):
        if a == b:
            continue
        if not isinstance(a, bytes) or not isinstance(b, bytes):
            yield f"{name}: {a} interpreted, {b} native"
            continue
        left, right = a.split(b"\n"), b.split(b"\n")
        at = next((i for i, (x, y) in enumerate(zip(left, right)) if x != y), min(len(left), len(right)))
        yield f"{name} from line {at + 1} on, interpreted:"
        yield from ("    " + line for line in first_lines(b"\n".join(left[at:at + 4])))
        yield "  native:"
        yield from ("    " + line for line in first_lines(b"\n".join(right[at:at + 4])))


def report(seed, found, files, options):
    level, did, other = found
    lines = [f"DIFFER seed {seed} at -O{level}: tests/diff_fuzz.py --bin {options.bin} {seed}"]
    for name, root in files.items():
        lines += [f"  --- {name}", *("  " + line for line in diff_gen.write(root).split("\n"))]
    if not isinstance(other[1], bytes):
        lines += ["  not built:", *first_lines(other[2])]
    else:
        lines += ["  " + line for line in explain(did, other)]
    print("\n".join(lines), flush=True)
    if options.keep:
        folder = pathlib.Path(options.keep) / str(seed)
        folder.mkdir(parents=True, exist_ok=True)
        for name, root in files.items():
            (folder / name).write_text(diff_gen.write(root))


def all_shapes(backends, options):
    """The programs at the limits, which are not made smaller: name and outcome of each."""
    def task(shape):
        name, text = shape
        found = backends.difference({"main.braw": diff_gen.blk(diff_gen.st(text))})
        if isinstance(found, tuple):
            where = explain(found[1], found[2]) if isinstance(found[2][1], bytes) else first_lines(found[2][2])
            print("\n".join([f"DIFFER {name!r} at -O{found[0]}", *("  " + line[:300] for line in where)]), flush=True)
        elif found:
            print(f"{name!r}: {found}")
        return "same" if found is None else "differ"

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        return list(pool.map(task, [s for s in diff_shapes.files() if options.shapes in s[0]]))


def finish(name, outcomes):
    """Prints the count and ends."""
    passed, failed = outcomes.count("same"), outcomes.count("differ")
    print(f"{name}: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


def one(seed, backends, options, shrinking):
    """Runs one program: "same", "differ", or why it was not compared."""
    files = diff_gen.program(seed)
    found = backends.difference(files)
    if found is None or isinstance(found, str):
        return found or "same"
    if options.shrink and shrinking.acquire(blocking=False):
        level = found[0]
        pieces = copy.deepcopy(files)
        small = Shrinker(pieces, lambda f: isinstance(backends.difference(f, [level]), tuple)).run()
        again = backends.difference(small, [level])
        files, found = (small, again) if isinstance(again, tuple) else (files, found)
        shrinking.release()
    report(seed, found, files, options)
    return "differ"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--random", type=int, default=0, help="so many more, of new seeds")
    parser.add_argument("--seconds", type=int, default=0, help="stop then; no new program is begun")
    parser.add_argument("--levels", default="0,2")
    parser.add_argument("--keep", help="a folder for the programs that differ")
    parser.add_argument("--show", action="store_true", help="print the program of each seed and stop")
    parser.add_argument("--shapes", nargs="?", const="", metavar="PART",
                        help="programs at the limits (tests/diff_shapes.py) instead, or those of that name")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    parser.add_argument("-j", "--jobs", type=int, default=(os.cpu_count() or 2))
    parser.add_argument("seeds", nargs="*", type=int)
    options = parser.parse_args()
    options.bin = str(pathlib.Path(options.bin).resolve())
    if not options.seeds and options.shapes is None:
        fresh = random.SystemRandom().randrange(10**9)
        first = fresh if options.seed is None else options.seed
        options.seeds = itertools.chain(range(first, first + options.count), range(fresh, fresh + options.random))
        print(f"diff-fuzz: programs from {first} on" + (f", from {fresh} on" if options.random else ""), flush=True)
    if options.show:
        for seed in options.seeds:
            for name, root in diff_gen.program(seed).items():
                print(f"--- {name}\n{diff_gen.write(root)}")
        return
    if not shutil.which(options.bin):
        sys.exit(f"tests/diff_fuzz.py: no such program: {options.bin}")

    backends, start = Backends(options.bin, options.levels.split(",")), time.monotonic()
    if options.shapes is not None:
        finish("diff-shapes", all_shapes(backends, options))
    shrinking = threading.Semaphore(max(options.jobs - 1, 1))

    seeds, lock, outcomes = iter(options.seeds), threading.Lock(), []

    def work():
        while not options.seconds or time.monotonic() - start < options.seconds:
            with lock:
                seed = next(seeds, None)
            if seed is None:
                return
            outcomes.append(one(seed, backends, options, shrinking))

    workers = [threading.Thread(target=work) for _ in range(options.jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if backends.built:
        print(f"diff-fuzz: {backends.built} executables, {backends.build_seconds / backends.built:.2f} s each; "
              + ", ".join(f"{outcomes.count(o)} {o}" for o in sorted(set(outcomes))))
    finish("diff-fuzz", outcomes)


if __name__ == "__main__":
    main()
