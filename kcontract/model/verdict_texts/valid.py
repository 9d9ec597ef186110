"""Verdicts about valid records: they were lost, refused or misunderstood."""

DROPS_ON_OUTAGE = """\
Valid records were lost, skipped or dead-lettered because registry, database or broker was down for a while.
Proof: an injected outage, valid records sent during it, and their outcomes counted after recovery.
Not: records still on their way; a registry that answers "not found" for a schema that it really lacks.
Python: `except Exception` treats a time-out of the registry like a broken record.
Java: the deserializer's SerializationException wraps the IOException, and the handler does not look at the cause.
Node: a failed query rejects, and the record is committed all the same; Go: one error value for every reason.
Fix: retry or pause on errors of the surroundings; dead-letter only what is wrong with the record itself."""

MISREAD = """\
The service handled a valid record with another meaning than the contract's: its effect says something else.
Proof: `where`, the reply's schema or the probe contradict the reference reading of the record's bytes.
Not: spellings that are equal: decimal as number or string, instants with another offset, upper-case UUIDs.
Python: the reader's schema used as writer schema; floats for decimals; reader defaults arrive raw (bytes, date).
Java: longs through double; time-millis read as micros; a default of the class instead of the schema's.
Node: integers over 2^53 are rounded by JSON.parse; Go: numbers decoded to float64 by interface{}.
Fix: decode with the writer's schema (by its id) and resolve to the reader's; keep int64 and decimals exact."""

INVALID_EVENT = """\
The service published an event that breaks the event's own contract: in schema, key, headers, wire format or `where`.
Proof: the record as it stands in the log, refused by the strict decoder, with the pointer or byte that is wrong.
Proof: of a sender also an event that is the request's, by the answer or by being the only one when it is made alone, \
with another value than `where` names.
Not: an event that no contract names (UNDECLARED_EVENT); the tolerances of the catalogue.
Python: json.dumps writes NaN, and default=str turns dates and decimals into whatever they look like.
Java: nulls for required fields through Jackson; a subclass adds properties to a closed model.
Node: undefined drops required fields, Dates become strings; Go: omitempty drops zeros that are required.
Fix: validate in the producer's serializer (with `auto.register.schemas=false`), and fuzz the inputs behind it."""

DUPLICATE_EFFECT = """\
The service acted twice: on a redelivered record although it is declared `idempotent`, or twice on one delivery.
Proof: more than `count` effects of one identity; for redeliveries the same bytes again, or a kill before the commit.
Proof: of invalid records, two dead letters of one delivery, for three records at least.
Not: repeats after a restart of a service that is not declared idempotent: that is at-least-once delivery.
Python: the set of seen ids lives in memory, or keeps the last hundred; Java: the table of ids is written in another \
transaction than the effect.
Node: two handlers subscribed to one topic; Go: retry around produce after a time-out that had succeeded.
Fix: write effect and identity in one transaction (inbox table, upsert by identity), or make the effect repeatable."""

OUT_OF_ORDER = """\
Events of one key came out in another order than they went in, although the contract says `order: key`.
Proof: the first effects of one key against the offsets of their causes.
Not: different keys; repeats after a restart, rebalance or fault.
Python: a thread pool over the batch; Java: @Async or a parallel consumer not in KEY order; a retry topic beside it.
Node: Promise.all over eachBatch; Go: a goroutine per message.
Fix: one worker per key (hash the key to a queue); no retry topic where order matters: block the key instead."""

REJECTED_VALID = """\
The service refused a valid record: it went to the dead letter topic, or the answer is an error.
Proof: strict decoder and constraints accept the record, a dead letter or error answer names it, also when sent alone.
Not: a rule that the contract does not state: state it (`constraints`, `generators`), and it is not sent again.
Not: a process that refuses whatever comes since a bad record, where a new one takes it (COLLATERAL).
Python: len(name) > 0 where the schema allows ""; None for an optional field; ASCII-only regexes; int() of "1E2".
Java: a closed model (FAIL_ON_UNKNOWN_PROPERTIES); columns shorter than the schema's strings; Bean Validation.
Node: Number.MAX_SAFE_INTEGER checks; `if (!value)` refuses 0, "" and false; Go: int32 for long.
Fix: accept what the contract allows, or write the rule into the contract, so that producers can know it."""

SKIPPED_VALID = """\
The service passed over a valid record without its effect and without a word: the data is missing at the other side.
Proof: strict decoder and constraints accept the record; no effect, and none for a copy with fresh identity sent alone.
Not: a record outside `emits.when`; LOST and COLLATERAL, where the record itself is handled when it is sent alone.
Python: `if not payload.get("amount"): return` skips 0; a broad except around a new enum symbol; tombstones dropped.
Java: Streams drop records with a null key in joins; a filter on a header that is optional; LogAndContinue.
Node: `if (!value) return` skips 0, "" and false; Go: `if v == 0 { continue }` takes a zero for missing.
Fix: tell missing from empty, handle what the contract allows, and write real business rules into `emits.when`."""

COLLATERAL = """\
A healthy record suffered from a bad neighbour: it was skipped or refused beside it, and is handled well alone.
Proof: the record lacks its effect (or was refused) in a window with an invalid record, and has it when sent alone.
Not: SKIPPED_VALID, where the record itself is the cause; a stop that the contract declares.
Python: try/except around the whole batch of consume(100); Java: a batch listener without BatchListenerFailedException.
Node: eachBatch rejects, the whole batch goes to the dead letter topic; Go: `return` out of the loop over the batch.
Fix: decode and handle record by record, and let each failure concern its own record only."""

LOST = """\
A valid record was committed past around an exit, restart or rebalance, and nothing shows that it was handled.
Proof: commit past the record, no effect in a settled window, while a copy with fresh identity has its effect.
Not: policy `skip` for an invalid record; SKIPPED_VALID, where the copy has no effect either.
Python: enable.auto.commit with handling after poll(); Java: AckMode.RECORD with an asynchronous handler.
Node: autoCommit while promises are still open.
Go: MarkMessage before the work; all: produce() not flushed before the commit.
Fix: commit after the effect is acknowledged (flush, transaction), and finish or drop open work on revocation."""
