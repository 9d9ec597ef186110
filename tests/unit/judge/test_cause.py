"""Reading the cause out of a service's last words."""

from __future__ import annotations

import pytest

from kcontract.judge.cause import exit_cause, names_frame

PYTHON = """\
INFO starting
Traceback (most recent call last):
  File "/usr/lib/python3.11/runpy.py", line 196, in _run_module_as_main
    return _run_code(code, main_globals, None,
  File "/srv/app/consumer.py", line 41, in handle
    order = decode(record)
  File "/srv/venv/lib/python3.11/site-packages/fastavro/_read_py.py", line 7, in read
    raise EOFError
app.errors.BadRecord: not an order: b'x'
"""
CHAINED = """\
Traceback (most recent call last):
  File "/srv/app/consumer.py", line 3, in decode
ValueError: inner

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/consumer.py", line 9, in handle
RuntimeError: outer
"""
JAVA = """\
Exception in thread "main" com.fasterxml.jackson.core.JsonParseException: Unrecognized token
\tat com.fasterxml.jackson.core.JsonParser._construct(JsonParser.java:2477)
\tat shop.Billing.handle(Billing.java:58)
\tat shop.Billing.main(Billing.java:22)
"""
JAVA_LOGGED = """\
org.apache.kafka.common.errors.SerializationException: dead letter
\tat shop.Strict.read(Strict.java:9)
\tat shop.Billing.main(Billing.java:20)
Caused by: java.lang.IllegalArgumentException: no number
\tat shop.Strict.number(Strict.java:30)
\t... 1 more
took 3 of java.lang.String
Exception in thread "main" java.lang.NullPointerException: Cannot invoke "Header.value()"
\tat shop.Billing.tenant(Billing.java:71)
\tat shop.Billing.main(Billing.java:22)
"""
JAVA_WRAPPED = """\
org.apache.kafka.streams.errors.StreamsException: Exception caught in process. taskId=0_0
\tat org.apache.kafka.streams.processor.internals.StreamTask.process(StreamTask.java:812)
Caused by: shop.Order$Refused: Unrecognized token
 at [Source: (String)"x"; line: 1, column: 2]
\tat app//shop.Order.read(Order.java:14)
\tat java.base/java.util.ArrayList.forEach(ArrayList.java:1596)
\tat shop.Topology.lambda$build$0(Topology.java:40)
\t... 12 more
"""
JAVA_UNPACKAGED = """\
Exception in thread "main" Orders$Bad: no object
\tat Orders.must(Orders.java:31)
"""
JAVA_ELSEWHERE = """\
Exception in thread "main" java.lang.IllegalStateException: No current assignment
\tat org.apache.kafka.clients.consumer.KafkaConsumer.poll(KafkaConsumer.java:900)
"""
NODE = """\
/srv/app/audit.js:12
TypeError: Cannot read properties of undefined (reading 'id')
    at handle (/srv/app/audit.js:12:21)
    at Runner.processEachMessage (/srv/app/node_modules/kafkajs/src/consumer/runner.js:231:20)
"""
NODE_PLAIN = """\
dead letter: SyntaxError: Unexpected token
RangeError: logged, and handled
    at check (file:///srv/app/audit.mjs:3:5)
Errors: 2
Error: no value
    at parse (file:///srv/app/audit.mjs:14:29)
    at Runner.processEachMessage (/srv/app/node_modules/kafkajs/src/consumer/runner.js:231:20)
"""
NODE_FOREIGN = """\
Error: Connection closed
    at Runner.processEachMessage (/srv/app/node_modules/kafkajs/src/consumer/runner.js:231:20)
"""
GO = """\
panic: runtime error: index out of range [3] with length 2

goroutine 1 [running]:
main.handle(...)
\t/srv/app/main.go:33
main.main()
\t/srv/app/main.go:12 +0x1d
"""
GO_RECOVERED = f"""\
panic: logged, and recovered
goroutine 1 [running]:
main.parse(...)
\t/srv/app/parse.go:8
{GO}"""


@pytest.mark.parametrize(
    ("stderr", "code", "cause"),
    [
        (PYTHON, 1, "BadRecord at consumer.py:41"),
        (CHAINED, 1, "RuntimeError at consumer.py:9"),
        (JAVA, 1, "JsonParseException at Billing.java:58"),
        (JAVA_LOGGED, 1, "NullPointerException at Billing.java:71"),
        (JAVA_WRAPPED, 1, "Order$Refused at Order.java:14"),
        (JAVA_UNPACKAGED, 1, "Orders$Bad at Orders.java:31"),
        (JAVA_ELSEWHERE, 1, "exit 1: IllegalStateException"),
        (NODE, 1, "TypeError at audit.js:12"),
        (NODE_PLAIN, 1, "Error at audit.mjs:14"),
        (NODE_FOREIGN, 1, "exit 1"),
        (GO, 2, "panic at main.go:33"),
        (GO_RECOVERED, 2, "panic at main.go:33"),
        ("", -11, "SIGSEGV"),
        ("nothing of use", 3, "exit 3"),
        ("", -99, "signal 99"),
    ],
    ids=[
        "python",
        "chained",
        "java",
        "java after a logged one",
        "java within another",
        "java without a package",
        "java's libraries",
        "node",
        "plain error",
        "node's libraries",
        "go",
        "go after a recovered one",
        "signal",
        "exit",
        "odd signal",
    ],
)
def test_the_cause_of_an_exit(stderr: str, code: int, cause: str) -> None:
    """Exception and innermost frame of the service's own code, else the signal, else the code."""
    assert exit_cause(code, stderr) == cause


def test_only_a_frame_tells_defects_apart_whatever_the_kind() -> None:
    """Every crash of a program may end with exit 1."""
    assert names_frame("ValueError at a.py:1")
    assert not names_frame("exit 1")
