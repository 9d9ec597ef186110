"""Twins that make another one's point once more, in another language or with another client.

`make lab` and the soak run them like all others. `make test` leaves them out, for it has two cores and eight minutes:
every verdict, every language, every client library and every policy is tried by those that stay.
"""

from __future__ import annotations

REPEATS = {
    "aio": "aio-good",
    "pure-python": "pure_python-good",
    "node": "kafkajs-good",
    # Dead letters that are not what was received.
    "dlq_without_key": "franz-keyless_letters",
    "kafkajs-to_string": "java-as_string",
    "kafkajs-empty_for_null": "kafka-go-null",
    "pure_python-text_letters": "java-as_string",
    # Bad records are passed over.
    "kafkajs-swallows": "silent_skip",
    "franz-swallows": "silent_skip",
    "java-swallows": "silent_skip",
    "pure_python-logs_only": "silent_skip",
    "faststream-rejects": "faststream-headers",
    "streams-continues": "quix-ignores_errors",
    "java-rest_of_batch": "batch_swallowed",
    # Nothing is checked.
    "sarama-loose": "franz-loose",
    "java-loose": "franz-loose",
    "faststream-pydantic": "franz-loose",
    "answering-accepting": "stops-exit-accepting",
    "row-keeps-all": "page-keeps-all",
    # Good records are misread, refused, lost.
    "java-as_double": "kafkajs-rounds",
    "aio-lower_case": "compared-shouts",
    "row-mangles": "page-mangles",
    "kafkajs-falsy": "franz-zero_is_missing",
    "pure_python-truthy": "skips_valid_extreme",
    "line-skips": "page-skips",
    "aio-commits_first": "lost",
    "inbox-memory": "inbox-forgets",
    "typed-audits": "undeclared",
    "branches-strays": "branches-leaks",
    # A bad record ends the service, or holds it up for ever.
    "kafkajs-exits": "crash_loop",
    "franz-panics": "crash_loop",
    "java-crashes": "crash_loop",
    "quix-raises": "crash_loop",
    "streams-fails": "streams-stock_time",
    "tap-seeks-for-ever": "stuck",
    "kafkajs-throws": "stuck",
    "faststream-nacks": "spring-bare",
    # Answers and requests.
    "answering-anonymous": "answering-plain-error",
    "answering-crossed": "routed-misrouted",
    "answering-late": "answering-silent",
    "started-silent": "once-silent",
    "started-nameless": "misnumbered-good",
    # A start that takes nothing.
    "lost-joins": "slow-start",
    "lost-joins-always": "fault-no-reset",
    # Faults.
    "fault-refuses-on-outage": "fault-drops-on-outage",
    "fault-exits-on-outage": "fault-exits-on-disconnect",
    "fault-careless": "fault-hopeful",
}
"""Whose point each one makes."""
