#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""House rules that compilers do not know. Prints `lint: N passed, N failed`, counting files.

    scripts/lint.py [file…]      default: every file that git knows or could add

A line that must break a rule says so with its reason: `// lint: allow — why`.
"""
import functools
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
C_FOLDERS = ("abi/", "base/", "runtime/", "lang/", "tools/", "tests/", "fuzz/")
FILE_LINES = 1000
FUNCTION_LINES = 100
COLUMNS = 100  # clang-format works at 92; tables and long texts get a little more
ALLOW = "lint: allow"


def call(names):
    """A call of one of the functions, not as the tail of a longer name or a member."""
    return re.compile(rf"(?<![\w.>])(?:{'|'.join(names.split())})\s*\(")


# (what is forbidden, where it is allowed, why)
BANNED = [
    (call("strcpy strcat sprintf vsprintf strtok gets atoi atol atof alloca rand srand strncpy strncat"),
     (), "unbounded or unchecked"),
    (call("setjmp longjmp sigsetjmp siglongjmp"), (), "errors are returned, never jumped"),
    (call("malloc calloc realloc strdup strndup asprintf vasprintf aligned_alloc posix_memalign"),
     ("base/", "runtime/mem/", "tests/", "fuzz/"), "memory comes from an Arena, a Buf or the collector"),
    (call("epoll_wait poll select nanosleep usleep sleep recv recvfrom recvmsg accept"),
     ("base/os_", "runtime/sys/", "runtime/net/", "runtime/loop/", "tests/"), "raw blocking call: signals interrupt it"),
    (call("isalpha isdigit isalnum isspace isupper islower isxdigit ispunct isprint toupper tolower "
          "strcasecmp strncasecmp setlocale"),
     ("tests/",), "depends on the locale, or reads a char as an int"),
    (re.compile(r"\berr\s*\|="), (), "OR-ed error codes mean nothing"),
    (re.compile(r"/\*"), (), "comments are // only"),
    (re.compile(r"^\s*#\s*pragma\s+once"), (), "headers have an include guard"),
    (re.compile(r"\t"), (), "tab"),
]
TODO = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\([a-z/]+\): \w)")
MACHINE_PATH = re.compile(r"/(?:tmp/(?:bash_jobs|mdh/)|work/(?:main|shared|steering))|/home/\w")


def blank(match):
    """Blanks for a comment or literal, keeping line ends and the quotes."""
    text = match.group(0)
    if text.startswith("/*"):
        return "/*" + re.sub(r"[^\n]", " ", text[2:])
    if text.startswith("//"):
        return " " * len(text)
    return text[0] + " " * (len(text) - 2) + text[0]


LITERAL = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", re.S)


@functools.cache
def builtin_names():
    """Names of builtins that are not also keywords, kinds or English words of the C code."""
    names = set()
    for path in sorted((ROOT / "abi" / "builtins").glob("*.def")):
        names.update(re.findall(r"^\s*(?:B|ALIAS)\((\w+)", path.read_text(), re.M))
    return {name for name in names if "_" in name}


def check_functions(lines):
    """Functions that are too long: from a `{` in column 1 to its `}`."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            if number - start - 1 > FUNCTION_LINES:
                yield start, f"function of {number - start - 1} lines, the limit is {FUNCTION_LINES}"
            start = None


def check_c(path, text):
    """Rules for C sources."""
    lines = text.split("\n")
    code = LITERAL.sub(blank, text).split("\n")
    for number, (line, bare) in enumerate(zip(lines, code), 1):
        if ALLOW in line:
            continue
        for pattern, where, why in BANNED:
            found = pattern.search(bare)
            if found and not path.startswith(where or ("\0",)):
                yield number, f"{found.group(0).strip().rstrip('(')!r}: {why}"
        if len(line) > COLUMNS:
            yield number, f"{len(line)} columns, the limit is {COLUMNS}"
        # base/err.h is a table itself: codes of errors, some of which are builtins' names too.
        if path.startswith(("runtime/", "lang/", "tools/", "base/")) and path != "base/err.h":
            for literal in re.findall(r'"(\w+)"', line):
                if literal in builtin_names():
                    yield number, f'"{literal}" is a builtin: name it through the table'
    if path.endswith(".h") and not re.search(r"^#ifndef (MDH_\w+_H)\n#define \1$", text, re.M):
        yield 1, "no include guard MDH_…_H"
    if not path.startswith("lang/vm/exec"):
        yield from check_functions(lines)


# Tables of what the world can make fail: every row that is not PURE gives a result dict.
RESULT_TABLES = {f"abi/builtins/{name}.def" for name in ("socket", "dns", "tls", "dtls", "srtp")}
ROW = re.compile(r"^B\((\w+),\s*([^,]+(?:\([^)]*\))?),", re.M)


def check_results(text):
    """Rows of a table of fallible builtins whose return type is not RESULT(...)."""
    heads = list(ROW.finditer(text))
    for head, following in zip(heads, [*heads[1:], None]):
        row = text[head.start():following.start() if following else len(text)]
        pure = re.search(r",\s*PURE\b", row)
        if not pure and not re.fullmatch(r"RESULT\(\w+\)", head.group(2).strip()):
            yield text.count("\n", 0, head.start()) + 1, (
                f"{head.group(1)} can fail: its return type is RESULT(what), and so is what it returns")


def check(path):
    """The complaints about one file: (line, text)."""
    text = (ROOT / path).read_text(errors="replace")
    lines = text.split("\n")
    generated = "// Generated by" in text[:200]
    suffix = pathlib.PurePosixPath(path).suffix
    if suffix in (".c", ".h", ".def", ".py", ".sh", ".pl", ".cmake") or path.endswith("CMakeLists.txt"):
        if not any("SPDX-License-Identifier: MIT" in line for line in lines[:2]):
            yield 1, "no SPDX line"
    if path.startswith("fuzz/corpus/"):
        return
    golden = path.startswith("tests/golden/")
    if not golden and len(lines) > FILE_LINES + 1 and suffix in (".c", ".h", ".py", ".braw", ".def"):
        yield 1, f"{len(lines) - 1} lines, the limit is {FILE_LINES}"
    if path in RESULT_TABLES:
        yield from check_results(text)
    if suffix in (".c", ".h") and path.startswith(C_FOLDERS) and not generated:
        yield from check_c(path, text)
    if golden or path == "scripts/lint.py":
        return
    for number, line in enumerate(lines, 1):
        if ALLOW in line:
            continue
        if TODO.search(line) and suffix in (".c", ".h", ".py", ".sh", ".braw", ".def"):
            yield number, "write TODO(area): sentence"
        if MACHINE_PATH.search(line):
            yield number, "a path of one machine"
        if line != line.rstrip() and suffix != ".md":
            yield number, "blanks at the end of the line"
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end"


def main():
    suffixes = (".c", ".h", ".def", ".py", ".sh", ".pl", ".braw", ".md", ".txt", ".cmake", ".json", ".yml")
    files = sys.argv[1:] or subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True,
        text=True).stdout.split("\n")
    files = [path for path in files if path.endswith(suffixes) and (ROOT / path).is_file()]
    failed = 0
    for path in files:
        complaints = list(check(path))
        failed += bool(complaints)
        for number, text in complaints:
            print(f"{path}:{number}: {text}")
    print(f"lint: {len(files) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not files else 0)


if __name__ == "__main__":
    main()
