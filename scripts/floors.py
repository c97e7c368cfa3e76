#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks who includes whom: each folder sees only the floors below it (ARCHITECTURE.md), and each
outside library is seen by one folder only. Prints `floors: N passed, N failed`, counting files."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# The runtime's folders, left to right: each sees itself and those before it. Values and the
# containers that hold them need each other, so core and data are one step.
RUNTIME = [["mem"], ["core", "data"], ["sys"], ["net"], ["loop"], ["conc"], ["sec"], ["sip"],
           ["media"], ["builtins"]]

# folder -> folders that it may see beside itself
MAY_SEE = {
    "abi": ["base"],  # only abi/*.c, see allowed()
    "base": ["abi"],
    "runtime": ["base", "abi"],
    "lang/syntax": ["base", "abi"],
    "lang/bytecode": ["lang/syntax", "base", "abi"],
    "lang/vm": ["lang/bytecode", "lang/syntax", "runtime", "base", "abi"],
    "lang/aot": ["lang/bytecode", "lang/syntax", "base", "abi"],
    "lang/driver": ["lang/aot", "lang/vm", "lang/bytecode", "lang/syntax", "runtime", "base", "abi"],
}
EVERYTHING = ["tools", *MAY_SEE]
MAY_SEE["tools"] = EVERYTHING
MAY_SEE["tests"] = MAY_SEE["fuzz"] = ["tests", *EVERYTHING]

# header prefix -> the folders that may include it
OUTSIDE = {
    "gc/": ["runtime/mem"],
    "gc.h": ["runtime/mem"],
    "openssl/": ["runtime/sec"],
    "ares": ["runtime/net"],
    "pcre2": ["runtime/data", "runtime/sys", "runtime/builtins"],
    "llvm-c/": ["lang/aot"],
    "editline/": ["tools/repl", "tools/cli"],
    "histedit.h": ["tools/repl", "tools/cli"],
}


def is_under(path, folder):
    return path == folder or path.startswith(folder + "/")


def home(path):
    """The folder of MAY_SEE that a file belongs to, or None."""
    return next((folder for folder in MAY_SEE if is_under(path, folder)), None)


def step(path):
    """The place of a runtime folder, left to right."""
    parts = path.split("/")
    name = parts[1] if len(parts) > 2 else ""
    return next((i for i, names in enumerate(RUNTIME) if name in names), None)


def allowed(path, target):
    """Why `path` may not include `target`, or None when it may."""
    here, there = home(path), home(target)
    if there is None:
        return None if (ROOT / target).exists() else "no such file in the repository"
    if here == "runtime" and there == "runtime":
        mine, theirs = step(path), step(target)
        if mine is None or theirs is None:
            return "a folder of runtime/ that scripts/floors.py does not know"
        return None if theirs <= mine else "it lies to the right in runtime/"
    if here == there:
        return None
    if here == "abi" and not path.endswith(".c"):
        return "the tables see nothing"
    return None if there in MAY_SEE[here] else f"{here} may not see {there}"


def check(path):
    """The forbidden includes of one file."""
    bad = []
    text = (ROOT / path).read_text(errors="replace")
    for quote, target in INCLUDE.findall(text):
        if quote == '"':
            local = str(pathlib.PurePosixPath(path).parent / target)
            beside = "/" not in target and (ROOT / local).exists()
            if beside and path.startswith("abi/"):
                continue  # the tables are read by tools that know no include path
            why = "include by the path from the root" if beside else allowed(path, target)
        else:
            folders = next((f for prefix, f in OUTSIDE.items() if target.startswith(prefix)), None)
            fine = folders is None or any(is_under(path, folder) for folder in folders)
            why = None if fine else f"only {' '.join(folders)} may see it"
        if why:
            bad.append(f"{path}: includes {target}: {why}")
    return bad


def main():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.h"], cwd=ROOT,
                            check=True, capture_output=True, text=True).stdout.split()
    files = [path for path in listed if home(path) and (ROOT / path).exists()]
    failed = 0
    for path in files:
        bad = check(path)
        failed += bool(bad)
        if bad:
            print("\n".join(bad))
    print(f"floors: {len(files) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not files else 0)


if __name__ == "__main__":
    main()
