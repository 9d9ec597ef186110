"""What probes show, and what is made of it."""

from __future__ import annotations

from tests.mutation.mutant import in_module

VIEW_MUTANTS = (
    *in_module(
        "isolating",
        ("none before", "sure = was_calm and", "sure = True and"),
        ("as many as copies", "len(refused) == len(effects) == COPIES", "refused and effects"),
        ("of invalid records", "if delivery.expectation is Expectation.INVALID]", "]"),
        ("a window that settled", 'and window.outcome == "settled" and not window.disturbed', ""),
    ),
    *in_module(
        "logs",
        ("settled windows only", 'window.outcome == "settled" and not window.disturbed', "True"),
        ("as many lines as records", "if len(lines) >= len(cases):", "if lines:"),
        ("those that a line names", "if not any(names(line, one.case) for line in lines))", ")"),
        ("lines without a record", "if lines:\n            what", "if False:\n            what"),
        ("what was held back", "if was_killed and delivery.case.topic not in self._ever:", "if False:"),
        ("what was seen before", " and delivery.case.topic not in self._ever:", ":"),
        ("what was cut off", ">= LONGEST", ">= 10 * LONGEST"),
        ("ended by us", ' or event.reason != "finished":', ":"),
    ),
    *in_module(
        "event_types",
        ("the declared one gone wrong", "and _count(delivery, output) == 1:", "and False:"),
        ("an event that came first", 'record, foreign = self._instead.pop(place, (record, ""))', "pass"),
        (
            "is no effect",
            "delivery.effects = tuple(effect for effect in delivery.effects if effect.record is not record)",
            "pass",
        ),
        ("told once", "if (record.topic, foreign) in self._told:", "if False:"),
        ("a state is no type", "if not is_type or not isinstance", "if not isinstance"),
    ),
    *in_module(
        "leaks",
        ("what is fresh", "if not named or any(", "if any("),
        ("what may lead there", "any(record.topic in self._reach[one.case.topic] for one in named)", "False"),
        ("accepted garbage", "if delivery.expectation is Expectation.INVALID and", "if False and"),
        ("what is read again", "if name in promises.inputs]", "if False]"),
        ("told once", "if (delivery.case.topic, record.topic) in self._told:", "if False:"),
    ),
    *in_module(
        "view",
        ("an answer as for nobody", "(control is None or _essence(control) == _essence(answer))", "control is None"),
        ("no control", "(control is None or _essence", "(control is not None and _essence"),
        ("errors of the server", "not answer.status or answer.status >= 500", "not answer.status"),
        ("what names the record", 'body = body.replace(token.lower(), b"*")', "pass"),
        ("a killed command", "answer.exit_code is None or answer.exit_code < 0", "answer.exit_code is None"),
        ("what an assertion says", "return View.WRONG if answer.error else View.ABSENT", "return View.ABSENT"),
    ),
    *in_module(
        "views",
        ("seen first", "            delivery.viewed_at = event.at\n", "            pass\n"),
        ("nothing is no news", " and (delivery.view, view) != (None, View.ABSENT)", ""),
        ("a repeat", "delivery.case.role is Role.REPEAT\n            or ", ""),
        ("the record's own name", "if not fresh or any(", "if any("),
        ("a function's own name", "any(token.decode", "True or any(token.decode"),
        (
            "as it was before the damage",
            "if own is None and case.expectation is not Expectation.VALID and",
            "if False and",
        ),
        ("a probe that shows anything", "if view is View.SHOWN:", "if False:"),
        ("a page of the process before", '"{port}" in (probe.http or "") and', "False and"),
        ("a page elsewhere", '"{port}" in (probe.http or "") and', "True and"),
        ("so many commands", "return not over", "return True"),
    ),
)
