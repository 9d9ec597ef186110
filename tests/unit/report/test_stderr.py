"""The end of what a service printed."""

from __future__ import annotations

from kcontract.report.stderr import stderr_tail
from tests.unit.report.samples import TRACEBACK


def test_the_frame_of_the_services_own_code_is_shown_and_marked() -> None:
    """It stands above the last lines, under the frames of libraries."""
    shown = stderr_tail(TRACEBACK, "IndexError at consumer.py:41")
    assert shown[0] == ('  File "/app/billing/consumer.py", line 41, in main', True)
    assert shown[1] == ("    patient = deserializer(message.value(), context)", False)
    assert shown[-1] == ("IndexError: list index out of range", False)
    assert sum(marked for _, marked in shown) == 1


def test_a_frame_among_the_last_lines_is_marked_in_place() -> None:
    """Java names the innermost frame right below the exception."""
    output = (
        "java.lang.NullPointerException\n\tat acme.Billing.handle(Billing.java:33)\n\tat java.base/x.run(X.java:1)\n"
    )
    assert [marked for _, marked in stderr_tail(output, "NullPointerException at Billing.java:33")] == [
        False,
        True,
        False,
    ]


def test_another_line_of_the_file_is_not_marked() -> None:
    """Line 4 is not line 41."""
    assert not any(marked for _, marked in stderr_tail(TRACEBACK, "IndexError at consumer.py:4"))


def test_without_a_frame_the_last_lines_are_shown() -> None:
    """Eight, without empty ones."""
    output = "\n".join(f"line {number}\n" for number in range(100))
    assert stderr_tail(output, "SIGSEGV") == tuple((f"line {number}", False) for number in range(92, 100))


def test_more_lines_are_counted() -> None:
    """What lies between the frame and the last lines."""
    output = '  File "/app/a.py", line 1, in f\n' + "\n".join(f"x{number}" for number in range(20))
    shown = stderr_tail(output, "ValueError at a.py:1")
    assert [text for text, _ in shown[:4]] == [
        '  File "/app/a.py", line 1, in f',
        "x0",
        "… 11 lines …",
        "x12",
    ]


def test_the_message_above_a_long_trace_is_shown() -> None:
    """Node and Java print it first; below stand the frames of libraries, which nobody wants to read."""
    frames = [f"    at own{number} (/app/a.mjs:{number}:1)" for number in range(3)]
    rest = [f"    at lib{number} (/app/node_modules/x/y.js:{number}:1)" for number in range(20)]
    output = "\n".join(["connected", "Error: no value", *frames, *rest])
    shown = stderr_tail(output, "Error at a.mjs:1")
    assert shown[:4] == (("Error: no value", False), (frames[0], False), (frames[1], True), ("… 13 lines …", False))
    assert shown[4:] == tuple((line, False) for line in rest[-8:])


def test_the_message_above_a_trace_of_go_is_shown() -> None:
    """A dump of all goroutines is long, and what went wrong stands only at its top."""
    own = ["main.handle(0x1)", "\t/app/main.go:33 +0x1d"]
    rest = [line for number in range(20) for line in (f"lib.f{number}()", f"\t/go/pkg/mod/x/y.go:{number} +0x1")]
    output = "\n".join(["connected", "fatal error: concurrent map writes", "", "goroutine 9 [running]:", *own, *rest])
    shown = [(text.strip(), marked) for text, marked in stderr_tail(output, "panic at main.go:33")]
    assert shown[:3] == [
        ("fatal error: concurrent map writes", False),
        ("… 2 lines …", False),
        ("/app/main.go:33 +0x1d", True),
    ]


def test_hostile_output_is_harmless() -> None:
    """Escapes are spelled out, and a line of a megabyte is cut."""
    shown = stderr_tail("\x1b]0;title\x07\n" + "x" * 1000, "")
    assert shown == (("\\u001b]0;title\\u0007", False), ("x" * 400, False))


def test_a_megabyte_in_one_line_is_cut() -> None:
    """Only the end of very long output is looked at."""
    ((text, _),) = stderr_tail("y" * 1_000_000, "")
    assert text == "y" * 400
