# SPDX-License-Identifier: MIT
"""bench/RESULTS.md: each benchmark owns the sections it writes."""
import pathlib

PATH = pathlib.Path(__file__).resolve().parent / "RESULTS.md"


def keep(head, section):
    """Puts the section, which begins with its head `## …`, in the place of its last one."""
    before, found, after = PATH.read_text().partition(f"{head}\n")
    if not found:
        PATH.write_text(f"{before.rstrip()}\n\n{section}")
        return
    _, mark, rest = after.partition("\n## ")
    PATH.write_text(before + section + mark + rest)


def keep_first(text):
    """Puts the text in the place of all before the first `## `."""
    others = PATH.read_text().partition("\n## ") if PATH.exists() else ("", "", "")
    PATH.write_text(text + others[1] + others[2])
