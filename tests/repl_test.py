#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The read-eval-print loop, through a pipe and on a terminal.

    tests/repl_test.py [--bin build/bin/mdhavers] [part of a name…]

Each test is a function `test_…(cli)`; the last line is `repl: N passed, N failed`.
"""
import argparse
import concurrent.futures
import os
import pathlib
import pty
import select
import signal
import sys
import time

from cli_test import ROOT, run_test

BYE = "Haste ye back! Slàinte!"
LIMIT_S = 20  # for one expected text on a terminal


def lines_of(cli, text, *args, status=0, env=None):
    """What the session printed, without banner and farewell."""
    result = cli.run("repl", *args, stdin=text, env=env).is_(status)
    lines = result.out.splitlines()
    assert lines[0] == "mdhavers REPL - A Scots Programming Language", result.said()
    result.lines = lines[2:]
    if result.lines and result.lines[-1] == BYE:
        result.lines.pop()
    return result


def prints(cli, text, *expected):
    """An entry or more, and exactly the lines they print."""
    result = lines_of(cli, text + "\n")
    assert result.lines == list(expected), f"expected {list(expected)}\n{result.said()}"


# ---- values ----

def test_the_value_of_an_expression_is_shown(cli):
    prints(cli, "1 + 2", "=> 3")
    prints(cli, '"é" + "x"', "=> éx")
    prints(cli, "[1, [2]]", "=> [1, [2]]")
    prints(cli, "nae", "=> nae")


def test_naething_is_not_shown(cli):
    prints(cli, "naething")
    prints(cli, "ken x = 4")
    prints(cli, "dae f() { gie 1 }")
    prints(cli, "fer i in 0..3 { i }")
    prints(cli, "shove([], 1)")


def test_an_assignment_has_a_value(cli):
    prints(cli, "ken x = 4\nx = 5\nx += 1", "=> 5", "=> 6")


def test_a_block_has_the_value_of_its_last_statement(cli):
    prints(cli, "{ ken y = 4\ny + 1 }", "=> 5")
    prints(cli, "{ { 8 } }", "=> 8")
    prints(cli, "gin 2 > 1 { 7 } ither { 8 }", "=> 7")
    prints(cli, "gin 1 > 2 { 7 }")
    prints(cli, '{ }')


def test_a_keek_has_the_value_of_its_arm(cli):
    prints(cli, 'keek 3 { whan 3 -> "three" whan _ -> 0 }', "=> three")


def test_only_the_last_of_several_statements_is_shown(cli):
    prints(cli, "1; 2; 3", "=> 3")


def test_output_comes_before_the_value(cli):
    prints(cli, 'dae f() {\nblether "oot"\ngie 1\n}\nf()', "oot", "=> 1")


# ---- entries ----

def test_an_entry_ends_when_its_brackets_are_closed(cli):
    prints(cli, "dae f(a,\nb) {\ngie a +\nb\n}\nf(1,\n2)", "=> 3")
    prints(cli, 'ken d = {"a": [1,\n2],\n"b": 3}\nd["b"]', "=> 3")


def test_a_string_may_go_on_over_lines(cli):
    prints(cli, 'ken s = "ane\n  twa"\nlen(s)\ns', "=> 9", "=> ane", "  twa")


def test_brackets_in_strings_and_comments_do_not_count(cli):
    prints(cli, '"{[("', "=> {[(")
    prints(cli, "'{'", "=> {")
    prints(cli, "1 # {[(\n2 // {\n", "=> 1", "=> 2")
    prints(cli, r'"\"{"', '=> "{')
    prints(cli, 'f"{1 + 1}"', "=> 2")


def test_a_closing_bracket_too_many_is_an_error_at_once(cli):
    lines_of(cli, "1)\n2\n").has(out="=> 2", err="Parse error: ")


def test_blank_lines_are_passed_over(cli):
    prints(cli, "\n   \n\n1", "=> 1")


def test_an_entry_cut_short_is_reported(cli):
    lines_of(cli, "1 + 1\ndae f() {").has(out=["=> 2", BYE], err="Parse error: ")


# ---- errors ----

def test_errors_do_not_end_the_session(cli):
    lines_of(cli, "1 / 0\nnope\nhurl 'x'\nken 5\n9\n").has(
        out="=> 9", err=["Och!: Ye numpty!", "Och!: Awa' an bile yer heid! 'nope'", "x",
                         "Parse error: "])


def test_deep_recursion_does_not_end_the_session(cli):
    lines_of(cli, "dae f(n) { gie 1 + f(n + 1) }\nf(0)\n1 + 1\n").has(out="=> 2", err="Och!: ")


def test_a_failed_entry_keeps_what_it_did(cli):
    prints(cli, "ken x = 1\n{ x = 2\nnope() }\nx", "=> 2")


def test_an_unprintable_value_is_an_error(cli):
    lines_of(cli, "ken l = []\nken n = 0\nwhiles n < 5000 { l = [l]\nn += 1 }\nl\n1\n").has(
        out="=> 1", err="Och!: ")


# ---- the session ----

def test_names_may_be_declared_again(cli):
    prints(cli, "ken x = 1\nken x = \"a\"\nx\ndae f() { gie x }\nken x = 3\nf()", "=> a", "=> 3")


def test_functions_see_later_names(cli):
    prints(cli, "dae f() { gie later() }\ndae later() { gie 4 }\nf()", "=> 4")


def test_a_builtin_may_be_hidden(cli):
    prints(cli, "dae f() { gie len([]) }\nf()\ndae len(x) { gie 99 }\nlen([])\nf()",
           "=> 0", "=> 99", "=> 99")


def test_the_prelude_is_there(cli):
    prints(cli, "is_nowt(naething)", "=> aye")


def test_modules_come_from_the_working_folder(cli):
    cli.write("mod.braw", "ken x = 5\n")
    prints(cli, 'fetch "mod" tae m\nm.x\nfetch "mod"\nx', "=> 5", "=> 5")


def test_closures_outlive_their_entry(cli):
    prints(cli, "ken fs = []\nfer i in 0..3 { ken j = i\nshove(fs, || j * 10) }\n"
           "gaun(fs, |f| f())", "=> [0, 10, 20]")


def test_exit_leaves_with_its_status(cli):
    lines_of(cli, "exit(7)\n1\n", status=7).has(no_out="=> 1")


def test_speir_reads_the_lines_that_follow(cli):
    prints(cli, 'ken a = speir "wha? "\nMorag\na', "wha? => Morag")


def test_many_entries(cli):
    text = "ken n = 0\n" + "n += 1\n" * 3000
    assert lines_of(cli, text).lines[-1] == "=> 3000"


# ---- commands ----

def test_ways_to_leave(cli):
    for word in ("quit", "exit", "bye", "cheers", "haud yer wheesht", "HAUD  YER WHEESHT", ":exit", "Quit"):
        result = lines_of(cli, f"{word}\n1\n")
        assert result.out.endswith(BYE + "\n") and "=> 1" not in result.out, result.said()


def test_some_ways_to_leave_take_no_colon(cli):
    for word in (":bye", ":cheers", ":halp", ":cls"):
        lines_of(cli, f"{word}\n1\n").has(out="=> 1", err="Parse error: ")


def test_commands_of_an_open_entry_have_a_colon(cli):
    prints(cli, "[1,\n:help\n2]", *help_lines(cli), "=> [1, 2]")
    lines_of(cli, "ken help = 3\n[1,\nhelp\n]\n").has(out="=> [1, 3]")
    lines_of(cli, "[1,\n:quit\n").has(out=BYE, no_err="Parse error")


def help_lines(cli):
    return lines_of(cli, "help\n").lines


def test_help(cli):
    assert "mdhavers Help" in help_lines(cli)
    assert help_lines(cli) == lines_of(cli, "halp\n").lines == lines_of(cli, ":HELP\n").lines


def test_help_for_a_name(cli):
    lines_of(cli, "help shove\nhelp gin\nhelp nope\n").has(
        out=["shove(items, v)", "gin: If", "Ah dinnae ken 'nope'"])


def test_cancel(cli):
    prints(cli, "dae f() {\n:cancel\n1", "Cancelled multiline input.", "=> 1")


def test_reset_forgets_everything(cli):
    lines_of(cli, "ken x = 1\nreset\nvars\nx\n").has(
        out="Nae variables defined yet - use 'ken x = 42' tae create one!", err="'x' hasnae been")


def test_vars(cli):
    result = lines_of(cli, 'ken b = "text"\nken a = 1\nken c = [1.5, naething]\n'
                      "dae g() { }\nthing T { x }\nkin K { }\nvars\n")
    at = result.lines.index("Yer Variables (Environment)")
    assert result.lines[at:] == [
        "Yer Variables (Environment)", "  Values:", "    K : class = <kin K>",
        "    T : struct = <thing T>", "    a : integer = 1", "    b : string = text",
        "    c : list = [1.5, naething]", "  Functions:", "    g"], result.said()


def test_vars_cuts_long_values(cli):
    lines_of(cli, 'ken a = repeat("é", 50)\nken b = repeat("é", 51)\nenv\n').has(
        out=["    a : string = " + "é" * 50 + "\n", "    b : string = " + "é" * 47 + "...\n"])


def test_vars_shows_ten_functions(cli):
    text = "".join(f"dae f{i:02}() {{ }}\n" for i in range(13))
    result = lines_of(cli, text + "vars\n")
    assert result.lines[-2:] == ["    f09", "    ... and 3 more functions"], result.said()


def test_vars_hides_builtins_and_constants(cli):
    prints(cli, "PI > 3\nlen([])\nis_nowt(1)\nvars", "=> aye", "=> 0", "=> nae",
           "Yer Variables (Environment)",
           "Nae variables defined yet - use 'ken x = 42' tae create one!")


def test_trace(cli):
    result = lines_of(cli, "trace\n1 + 1\ntrace\n2 + 2\n").has(out=["=> 2", "=> 4"], err="[line 1]")
    assert result.err.count("[line 1]") == 1, result.said()
    # Arithmetic that was made quicker while it ran is shown as it was compiled.
    quick = "dae f(a, b) { gie (a + b) % 1000 }\nf(1, 2)\nf(1.5, 2)\n"
    lines_of(cli, quick + "trace v\nf(2, 3)\nf(2.5, 3)\n").has(
        out=["=> 3", "=> 3.5", "=> 5", "=> 5.5"], err=["ADD ", "MODK "])
    lines_of(cli, "trace v\n2 + 2\ntrace verbose\n3 + 3\ntrace\n4 + 4\n").has(
        out=["=> 4", "=> 6", "=> 8"], err=["r0=4", "r0=6"], no_err="r0=8")


def test_talk(cli):
    for word in ("wisdom", "codewisdom", "examples", ":wisdom"):
        assert lines_of(cli, word + "\n").lines, word
    prints(cli, "clear\ncls\n1", "=> 1")


def test_a_variable_may_be_called_like_a_command(cli):
    prints(cli, "ken trace = 4\n(trace)", "=> 4")


# ---- on a terminal ----

class Terminal:
    """A session on a pseudo-terminal: send keys, wait for texts."""

    def __init__(self, cli, **env):
        self.seen = ""
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chdir(cli.folder)
            os.environ.clear()
            os.environ.update({"HOME": str(cli.folder), "TERM": "xterm", "LC_ALL": "C.UTF-8",
                               # libedit never frees the names of the keys' functions
                               "PATH": "/usr/bin:/bin", "ASAN_OPTIONS": "detect_leaks=0", **env})
            # Ignored when the tests run in the background of a shell.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execv(cli.binary, ["mdhavers"])
        self.pid = pid
        self.wait("mdhavers> ")

    def wait(self, text):
        """Reads until `text` comes; the output up to there."""
        deadline = time.monotonic() + LIMIT_S
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))
            data = self.read() if ready else b""
            assert data, f"waited for {text!r}, saw {self.seen!r}"
            self.seen += data.decode("utf-8", "replace")
        before, _, self.seen = self.seen.partition(text)
        return before

    def read(self):
        try:
            return os.read(self.fd, 4096)
        except OSError:  # the other side is gone
            return b""

    def send(self, keys):
        os.write(self.fd, keys.encode())

    def line(self, text, answer, prompt="mdhavers> "):
        """A line, what it must print, and the next prompt."""
        self.send(text + "\r")
        self.wait(answer or "\n")
        self.wait(prompt)

    def leave(self):
        """Exit status after the farewell."""
        self.wait(BYE)
        while self.read():
            pass
        return self.end()

    def end(self):
        deadline = time.monotonic() + LIMIT_S
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        while not pid:
            assert time.monotonic() < deadline, "the session did not end"
            time.sleep(0.01)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        self.pid = None
        os.close(self.fd)
        return status

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)  # our own child
            self.end()


def test_prompts(cli):
    with Terminal(cli) as tty:
        tty.send("dae f() {\r")
        tty.wait("mdhavers...> ")
        tty.line("}", "")
        tty.line("trace", "on", "mdhavers[trace]> ")
        tty.line("trace v", "on", "mdhavers[trace:v]> ")
        tty.line("trace", "aff")
        tty.send("\x04")
        assert tty.leave() == 0


def test_keys_edit_the_line(cli):
    with Terminal(cli) as tty:
        tty.line("2\x010 + 4\x7f1\x05\x02\x06", "=> 12")  # home, backspace, end, left, right
        tty.line('"é" + "ü\x7fö"', "=> éö")
        tty.send("quit\r")
        assert tty.leave() == 0


def test_history_recalls_and_is_kept(cli):
    with Terminal(cli) as tty:
        tty.line("40 + 2", "=> 42")
        tty.line("\x1b[A", "=> 42")
        tty.send("\x04")
        tty.leave()
    assert "40" in (cli.folder / ".mdhavers_history").read_text()
    with Terminal(cli) as tty:
        tty.line("\x1b[A", "=> 42")
        tty.send("\x04")
        tty.leave()


def test_history_that_cannot_be_saved_is_only_a_warning(cli):
    (cli.folder / ".mdhavers_history").mkdir()
    with Terminal(cli) as tty:
        tty.line("1 + 1", "=> 2")
        tty.line("2 + 2", "=> 4")
        tty.send("\x04")
        assert tty.leave() == 0


def test_tab_completes(cli):
    with Terminal(cli) as tty:
        tty.line("ken morag_jean = 7", "")
        tty.line("morag_\t", "=> 7")        # a name of the session
        tty.line('bleth\t "x"', "x")         # a keyword
        tty.line('starts_w\t("abc", "a")', "=> aye")  # a builtin
        tty.line("is_now\t(1)", "=> nae")    # the prelude
        tty.send("tae_\t")
        tty.wait("tae_binary")               # several: they are listed
        tty.wait("tae_string")
        tty.send("\x03")
        tty.wait("Interrupted! Use 'quit' tae leave.")  # the list is followed by a prompt too
        tty.wait("mdhavers> ")
        tty.send("\x04")
        tty.leave()


def test_ctrl_c_gives_up_the_line_and_the_entry(cli):
    with Terminal(cli) as tty:
        tty.send("nope nope\x03")
        tty.wait("Interrupted! Use 'quit' tae leave.")
        tty.wait("mdhavers> ")
        tty.send("dae f() {\r")
        tty.wait("mdhavers...> ")
        tty.send("\x03")
        tty.wait("Interrupted! Use 'quit' tae leave.")
        tty.line("1 + 1", "=> 2")
        tty.send("\x04")
        assert tty.leave() == 0


RUNAWAYS = {
    "whiles": "whiles aye { }",
    "count": "fer i in 0..4000000000 { }",
    "calls": "fib(60)",
    "methods": "Loop().ging(60)",
    "callbacks": "whiles aye { gaun([1, 2], |x| x + 1) }",
    "catch": "whiles aye { hae_a_bash { whiles aye { hurl 1 } } gin_it_gangs_wrang e { } }",
    "finally": "hae_a_bash { whiles aye { } } at_the_hinner_en { whiles aye { } }",
    "sleep": "bide(60000)",
    "many_sleeps": "hae_a_bash { bide(60000) } gin_it_gangs_wrang e { } bide(60000)",
    "udp": "udp_recv_from(sock, 10)",
    "tcp": "socket_accept(listener)",
    "loop": "ken l = event_loop_new(); timer_every(l, 5, |e| 1); event_loop_run(l)",
    "idle_loop": "ken l = event_loop_new(); timer_after(l, 60000, |e| 1); event_loop_run(l)",
    "poll": "ken l = event_loop_new(); timer_after(l, 60000, |e| 1); event_loop_poll(l, 60000)",
    "fifo": 'read_file("fifo")',
    "speir": 'speir "wha? "',
    "shell": 'shell("sleep 60")',
    "key": "get_key()",
    "lock": "thread_join(thread_spawn(|| bide(30000), []))",
}


def test_ctrl_c_ends_an_entry_and_keeps_the_session(cli):
    os.mkfifo(cli.folder / "fifo")
    with Terminal(cli) as tty:
        for line in ("ken kept = 41", "dae fib(n) { gie gin n < 2 than n ither fib(n - 1) + fib(n - 2) }",
                     "kin Loop { dae ging(n) { gie gin n < 2 than n ither masel.ging(n - 1) + "
                     "masel.ging(n - 2) } }",
                     'ken sock = socket_udp()["value"]', 'socket_bind(sock, "127.0.0.1", 0); 0',
                     'ken listener = socket_tcp()["value"]',
                     'socket_bind(listener, "127.0.0.1", 0); socket_listen(listener, 4); 0'):
            tty.line(line, "")
        for name, code in RUNAWAYS.items():
            # What comes after the wait must not run.
            then = " " if code.endswith("}") else "; "
            tty.send(f'blether "ga" + "un"; {code}{then}blether "on" + "ward"\r')
            tty.wait("gaun\r\n")
            time.sleep(0.05)  # well inside the wait, so that the signal breaks it
            tty.send("\x03")
            before = tty.wait("Interrupted! Use 'quit' tae leave.")
            assert "onward" not in before, f"{name}: {before}"
            tty.wait("mdhavers> ")
        tty.line("kept + 1", "=> 42")
        tty.send("\x04")
        assert tty.leave() == 0


def test_ctrl_c_ends_a_program_that_is_run(cli):
    cli.write("forever.braw", 'blether "gaun"; whiles aye { }')
    ready, written = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(written, 1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(cli.binary, ["mdhavers", "run", str(cli.folder / "forever.braw")])
    os.close(written)
    time.sleep(0.3)  # nothing says that it runs: its output waits in a buffer
    os.kill(pid, signal.SIGINT)  # our own child
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT
    assert os.read(ready, 100) == b"gaun\n"
    os.close(ready)


def test_speir_on_a_terminal(cli):
    with Terminal(cli) as tty:
        tty.send('ken n = speir "wha? "\r')
        tty.wait("wha? ")
        tty.line("Morag", "")
        tty.line("n", "=> Morag")
        tty.send("\x04")
        tty.leave()


def test_odd_terminals(cli):
    for env in ({"TERM": "dumb"}, {"TERM": "nae-sic-terminal"}, {"LC_ALL": "C"}):
        with Terminal(cli, **env) as tty:
            tty.line("1 + 1", "=> 2")
            tty.send("\x04")
            tty.leave()


# ---- the harness ----

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=str(ROOT / "build" / "bin" / "mdhavers"))
    parser.add_argument("-j", "--jobs", type=int, default=(os.cpu_count() or 2))
    parser.add_argument("filter", nargs="*")
    options = parser.parse_args()
    binary = str(pathlib.Path(options.bin).resolve())
    if not os.access(binary, os.X_OK):
        sys.exit(f"tests/repl_test.py: no such program: {binary}")
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")
             and (not options.filter or any(part in name for part in options.filter))]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda item: run_test(*item, binary), tests))
    failed = 0
    for (name, _), problem in zip(tests, results):
        if problem:
            failed += 1
            print(f"FAIL {name}")
            print("\n".join(f"    {line}" for line in problem.splitlines()[:40]))
            print(f"    again: tests/repl_test.py --bin {options.bin} {name}")
    print(f"repl: {len(tests) - failed} passed, {failed} failed")
    sys.exit(1 if failed or not tests else 0)


if __name__ == "__main__":
    main()
