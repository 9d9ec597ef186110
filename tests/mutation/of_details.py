"""What rules look at besides: windows, steps, shares, clocks, and what was told before."""

from __future__ import annotations

from tests.mutation.mutant import in_module

DETAIL_MUTANTS = (
    *in_module(
        "repeats/double_letters",
        ("invalid records", "marked and delivery.expectation is Expectation.INVALID and", "marked and"),
    ),
    *in_module(
        "faults/book",
        ("a fault's own windows", 'if self._trial is not None and window.purpose == "fault":', "if self._trial:"),
        ("a health page that was never well", "if self._never_well and self._well is not None:", "if False:"),
        (
            "our own kill ends no trial",
            "trial.stop is not None and trial.stop_code is None:",
            "trial.stop is not None:",
        ),
    ),
    *in_module(
        "faults/signs",
        ("exits where no retry helps", "if not trial.exits or _may_exit(trial):", "if not trial.exits:"),
        (
            "senders may not exit",
            'return trial.kind.effect == "limits" and not trial.requests',
            'return trial.kind.effect == "limits"',
        ),
    ),
    *in_module(
        "faults/requests",
        (
            "alike requests",
            "groups.setdefault(repr(request.expected()), [])",
            "groups.setdefault(str(id(request)), [])",
        ),
        ("requests before the fault ended", "if request.requested.at < ended]", "]"),
    ),
    *in_module(
        "load/book",
        (
            "kept the second time",
            "self._kept |= {one for one in self._missed if one[:2] == own and one not in bad}",
            "self._kept |= set()",
        ),
        (
            "loads' own windows",
            'if self._trial is not None and window.purpose == "load":',
            "if self._trial is not None:",
        ),
        (
            "missed once",
            "for topic, load, name in sorted(self._missed.keys() - self._proved):",
            "for topic, load, name in ():",
        ),
        ("what a quieter machine would tell", "if (topic, load, name) not in self._proved:", "if False:"),
    ),
    *in_module(
        "load/trial",
        ("valid records only", "one.due and one.expectation is Expectation.VALID and not", "one.due and not"),
        ("records without a schedule", "if one.due and one.expectation", "if one.expectation"),
        (
            "refused records",
            "one.expectation is Expectation.VALID and not one.refused]",
            "one.expectation is Expectation.VALID]",
        ),
        ("records that never came", "yield from (max(0.0, until - one.due) for", "yield from (0.0 for"),
        ("the last of several effects", "return max(came.values(), key", "return min(came.values(), key"),
    ),
    *in_module(
        "load/quantiles",
        (
            "sure of the lower bound",
            "if below[rank] <= 1 - sure), default=0)",
            "if below[rank] <= 0.5), default=0)",
        ),
        ("chance errors", "if as_many <= 1 - sure else", "if as_many <= 0.5 else"),
    ),
    *in_module(
        "latency",
        ("late reading", "one.appended / 1000 + apart", "one.seen"),
        ("clocks apart", "min((one.seen - one.appended / 1000 for", "max((one.seen - one.appended / 1000 for"),
    ),
    *in_module(
        "requests/book",
        ("phantoms by steps", "if one.tells_body() or self._spare(one) <= 0]", "if True]"),
        (
            "steps have their own events",
            "and not request.requested.is_step:\n            self._open",
            "and True:\n            self._open",
        ),
        ("an event elsewhere is told once", "                self._forget(record)\n", "                pass\n"),
        ("refused ones among the peers", "others = () if request.is_unique() else", "others = () if True else"),
        ("told once", "(verdict.code, verdict.case) not in self._told:", "True:"),
    ),
    *in_module(
        "requests/verdicts",
        (
            "another identity is another event",
            "return one is not MISSING and one == other",
            "return one is not MISSING",
        ),
        (
            "order in one partition",
            "if (first.topic, first.partition) == (second.topic, second.partition) and first.offset",
            "if first.offset",
        ),
    ),
    *in_module(
        "requests/event_verdicts",
        ("one right subject is enough", "and right and not subjects & right:", "and right and subjects - right:"),
        ("schemas that stand nowhere", "if subjects and right and not", "if right and not"),
    ),
    *in_module(
        "event_types",
        (
            "types of declared events",
            "if isinstance(value, str) and value not in declared:",
            "if isinstance(value, str):",
        ),
        (
            "names that say the type",
            "if not is_type or not isinstance(listed, list)",
            "if not isinstance(listed, list)",
        ),
        ("topics where others write", "if not others and len(texts)", "if len(texts)"),
    ),
    *in_module(
        "leaks",
        (
            "several contracts",
            "if output.source is delivery.source or not self._several:",
            "if output.source is delivery.source:",
        ),
        (
            "invalid records' effects",
            "if delivery.expectation is Expectation.INVALID and output.role",
            "if output.role",
        ),
        ("topics that are read again", "for name in own - reached if name in promises.inputs]", "for name in ()]"),
    ),
    *in_module(
        "isolating",
        ("just after a calm window", "sure = was_calm and window", "sure = window"),
        ("in its own window", '        if window.purpose != "isolate":\n            return []\n', ""),
        ("undisturbed", 'window.outcome == "settled" and not window.disturbed\n', 'window.outcome == "settled"\n'),
    ),
    *in_module(
        "rejoining",
        ("forming once more", "elif not self.forming:", "else:"),
        (
            "only if it had formed",
            "if self.forming:\n            self.forming, ",
            "if False:\n            self.forming, ",
        ),
    ),
    *in_module(
        "faults/haste",
        ("fetched without a pause", "if times >= max(_MANY, _A_SECOND * seconds):", "if times >= _MANY:"),
        ("fetched often", "if times >= max(_MANY, _A_SECOND * seconds):", "if times:"),
        ("refused once each", "refused >= max(_MANY, _A_SECOND * seconds, 10 * records)", "refused"),
    ),
    *in_module(
        "outcomes",
        ("bytes that differ", " and record.record.value == delivery.case.record.value", ""),
        ("what comes behind a copy", "delivery.copied = False", "pass"),
    ),
    *in_module(
        "repeats/recent",
        ("memory by number", "self._number > _DELIVERIES or self._bytes > _BYTES", "self._bytes > _BYTES"),
        ("memory by weight", "self._number > _DELIVERIES or self._bytes > _BYTES", "self._number > _DELIVERIES"),
        ("what is forgotten", "                self._ties.forget_all(oldest)\n", "                pass\n"),
    ),
    *in_module(
        "tapped",
        (
            "a raging storm",
            "return self.generations >= RAGING and not self.commits",
            "return self.generations >= OFTEN and not self.commits",
        ),
        ("commits of its partition", "if (one.topic, one.partition) == place and one.offset", "if one.offset"),
    ),
    *in_module(
        "origins",
        ("binary numbers", 'formats = {4: ">i", 8: ">q"}', 'formats = {4: ">i"}'),
        ("text that might be a number", "return _binary(value) if number is None else number", "return _binary(value)"),
    ),
    *in_module(
        "runs/history",
        (
            "a history that was cut off",
            'yield from self._left_open("" if self._ended else CUT)',
            'yield from self._left_open("")',
        ),
        (
            "units that are left to another command",
            "                yield self._keep(left_summary(event))\n",
            "                pass\n",
        ),
    ),
    *in_module(
        "runs/ending",
        (
            "units that are left to another command",
            "run = [unit for unit in units if not unit.left]",
            "run = list(units)",
        ),
    ),
    *in_module(
        "runs/merging",
        ("units that one part left", "[unit for unit in group if not unit.left] or group", "group"),
    ),
)
