"""Verdicts about invalid records: the receiver's `onInvalid` was not followed."""

ACCEPTED_INVALID = """\
The service handled a record that breaks its contract as if it were good: garbage went into its data or to others.
Proof: an effect tied to the case (marker, correlation id, `where`, identity), while both decoders refuse its bytes; \
or a result as its answer, which comes again alone while its neighbours get theirs.
Not: an effect that is the declared error answer; a result that belongs to a neighbour, which has the error \
(WRONG_REPLY); a tolerance, which `malformed: {strict: true}` withdraws.
Python: json.loads and `.get("name", "")`; the schema id ignored; bytes behind the record never looked at.
Java: Jackson coerces "5" to 5 and fills missing primitives with 0; a deserializer that ignores the schema id.
Node: JSON.parse and no check, so undefined travels on; Go: encoding/json leaves missing fields at their zero value.
Fix: validate against the contract's schema after decoding, before any effect; take the writer's schema by its id."""

DEAD_LETTER_ALTERED = """\
A dead letter came, but it is not the record that was sent: it cannot be repaired, replayed or even understood.
Proof: value, key and original headers compared byte for byte with what was sent (`preserve` names what must be kept).
Not: headers that were added, or another partition: both are allowed.
Python: str(value) or repr instead of the bytes; json.dumps of what could be decoded; headers not passed on.
Java: the template's serializer writes the bytes again (as a JSON string, in base64) instead of ByteArraySerializer.
Node: value.toString() replaces what is not UTF-8 by U+FFFD; Go: the decoded struct is marshalled again.
Fix: keep the raw value, key and headers of the record and send exactly these, through a byte serializer."""

NOT_DEAD_LETTERED = """\
An invalid record was passed over without the promised dead letter: it is gone, and nobody will know.
Proof: the window is settled: later healthy records and a later invalid marker have their outcomes, the case has none.
Not: a dead letter that is still on its way; a service that stands still (STUCK).
Python: `except Exception: log; continue`; produce() without flush() or delivery callback before the commit.
Java: LogAndContinueExceptionHandler; a CommonLoggingErrorHandler; a recoverer whose failure is only logged.
Node: the error is caught around the whole batch; Go: `if err != nil { continue }`.
Fix: one path for every failure, whichever exception: dead letter, wait for its acknowledgement, then commit."""

WRONG_REPLY = """\
An answer came, but not the promised one: another's correlation id, none, another topic, or against the schema.
Proof: the records on the reply topic, tied to the case, against `reply.payload` or `reply.error`.
Not: a late answer of an earlier case; a case that damages the correlation id or the reply topic itself.
Python: the correlation id is read after decoding, so a decode error answers without it.
Java: a shared field instead of the record's header; an error DTO of the web layer sent as it is.
Node: a closure over the last request; Go: a struct reused between messages.
Fix: read correlation id and reply topic from the headers first; build each error answer from the declared schema."""

NO_REPLY = """\
No answer came within `reply.within`: whoever asked waits until its own time-out.
Proof: the window is settled and the reply topic was read to its end, without a record for the case, also alone; or \
its answer came later than `within` three times alone behind a healthy record.
Not: a late answer of an earlier case; cases that damage the correlation id or the reply topic.
Python: the exception ends the handler before the answer is sent; the producer is not flushed.
Java: @SendTo sends return values only, not exceptions.
Node: the error path has no send; Go: `return err` and no answer.
Fix: answer in every path, also when the request cannot be decoded, as long as the headers say where to."""

NOT_LOGGED = """\
An invalid record was passed over, and no line of the service's log that matches `skip: {log: …}` says so.
Proof: records of several kinds in a process of their own, then this one alone in another; each was ended by SIGTERM \
and all of its output read: fewer lines match than records were passed over, and none for this one.
Not: a log that is written late, for its end is waited for; one that is too long to be read, or goes to a file.
Python: `except ValueError: continue`; a level below the one that is configured; a log line only for decoding errors.
Java: the error handler logs at DEBUG; Node: a promise that is rejected, and nobody listens.
Go: `if err != nil { continue }`.
Fix: one path for every failure, with one line that names topic, partition, offset and reason."""

DID_NOT_STOP = """\
The contract says that the service stops at an invalid record, but it went on behind it.
Proof: a commit past the case, or an effect of a record behind it in the same partition.
Not: records of other partitions; an effect that was under way before the case was read.
Python: the exception is logged in the loop; auto-commit stores the offset before the handler has run.
Java: Streams with LogAndContinue, or Spring's default handler, which skips after its last attempt.
Node: eachMessage swallows the error; Go: the offset is marked before the handler returns.
Fix: let the error leave the loop, commit after handling only, and stop or pause the consumer."""
