"""Verdicts about the process and its partitions."""

COULD_NOT_RUN = """\
The unit was not tested: its service did not start, never became ready, or needs something that was not there.
Nothing is known about its promises; that is neither a pass nor a failure, and a retry may help.
Proof: the exit, the output or the missing member of the group, before the first case was sent.
Not: CRASHED, which is an exit on a record; a service that starts and then stands still is STUCK.
Python: a missing package or environment variable; the wrong interpreter in `run.command`.
Java: no JAVA_HOME, a jar that was not built, a start longer than `startTimeout`.
Java: effects that only later records bring (Streams' `suppress`): nothing says when one is due.
Node: `npm ci` was not run; Go: the binary was not built; all: a fixed port already in use, an address baked in.
Fix: run the command of `run:` by hand with the environment of the contract; raise `startTimeout` on slow machines."""

RESOURCE_BLOWUP = """\
Memory, descriptors, threads or connections grow with one record and stay; in production the next such records kill it.
Proof: samples before and after the case and after the sentinel; the limit was crossed before any exit or stall.
Not: a JVM heap that grows at the start, a cache that fills up to its bound, a slow handler.
Python: fastavro on a count bomb (five bytes ask for gigabytes), a decimal of a megabyte, a client made per message.
Java: a negative cache that is missing, so that each unknown schema id adds an entry; an executor per record.
Node: promises that never settle keep their records; Go: goroutines blocked for ever on a channel, bodies not closed.
Fix: bound sizes before decoding (length, block count, depth), bound caches, make clients once."""

CRASH_LOOP = """\
The process exits on a record, and again on the same record after each restart: one message stops its partition.
Proof: at least two exits with the case among the records without an outcome, and no commit past it in between.
Not: CRASHED, where the partition moves on after the exit; an exit that we caused; a start that fails without records.
Not: a record behind one of which the service keeps what ends it (a state store, a table): that one is blamed.
Python: an exception that is not the one caught (EOFError, IndexError, struct.error) leaves the poll loop.
Java: DeserializationException without ErrorHandlingDeserializer; Streams with LogAndFailExceptionHandler.
Node: a rejection that nobody handles ends the process; kafkajs: an error that its retry does not know.
Go: a panic in the handler, or log.Fatal on the first decode error.
Fix: catch everything around decode and handle, send the record to the dead letter topic, then commit past it."""

CRASHED = """\
The process exits by itself, or is killed by a signal, on one record or request, or amid a fault. A restart hides it.
Proof: exit code or signal with the case among the records without an outcome; confirmed in the state it was seen in.
Not: an exit that we caused (143 after SIGTERM), a machine out of memory, a port clash at start (COULD_NOT_RUN).
Python: only ValueError is caught, but decoders also raise EOFError, IndexError, TypeError, OverflowError …
Proof: of a record that was handled a while before, it alone ends a new process so; healthy records alone do not.
Proof: of a request to a sender, the same request alone ends a new process; or several together, or in a row, end two.
Python: a handler that `fuzz` calls raised what its `rejects` do not name: name there how it refuses.
Python: deep nesting ends in RecursionError, and in fastavro in a segfault (signal 11) that nothing can catch.
Java: an Error (StackOverflowError, OutOfMemoryError) passes `catch (Exception e)`.
Node: an error event without a listener, a rejection that nobody handles; Go: a panic, concurrent map writes.
Java: a commit amid a rebalance throws (RebalanceInProgressException, CommitFailedException) out of the poll loop.
Fix: catch broadly around one record and around a commit, dead-letter it, go on; bound sizes before decoding."""

ENDLESS_RETRY = """\
The service takes the same record again and again; its partition stands still while it looks busy and healthy.
Proof: effects, attempts, fetches or rejoins again and again at one offset; one record, alone, reproduces it.
Not: declared retries with back-off, which end; REBALANCE_STORM, where no record stands in the way.
Python: `seek` back to the offset after each error; Celery-like `retry()` without a limit.
Java: Spring's SeekToCurrentErrorHandler with unlimited attempts; nack(); Streams restarting the thread.
Node: kafkajs throws out of eachMessage and restarts with `retries` for ever; Go: `continue` without a commit.
Fix: limit the attempts, and tell errors that pass by themselves (registry, database) from those of the record."""

REBALANCE_STORM = """\
The members of the group leave and rejoin on and on, and nothing is committed although no record stands in the way.
Proof: member ids or the generation change again and again without a commit; healthy records alone reproduce it.
Not: one rejoin after a restart; ENDLESS_RETRY, where a certain record is the cause.
Python: poll() is not called while a batch is handled for longer than `max.poll.interval.ms`.
Java: max.poll.records too high for the handler's pace; session timeout shorter than a garbage collection.
Node: a blocked event loop misses heartbeats; Go: two consumers made per message with one group id.
Fix: smaller batches, or pause() and a worker; heartbeats in their own thread; static membership (group.instance.id)."""

STUCK = """\
The process lives, but the partition does not move any more: lag grows, and no exit tells anyone.
Proof: the offset stands still, and the healthy sentinel behind the case has no effect long after the measured latency.
Not: slow handlers, late commits (Streams: 30 s): the sentinel's effect decides; one or two starts that took nothing.
Not: a record behind one of which the service keeps what stops it (a state store, a table): that one is blamed.
Python: the consuming thread died while /health is served on; kafka-python: poll() timed out as its group formed.
Python: idempotent producers of aiokafka and kafka-python (its default) send no more once the broker refused a record.
Java: the listener container stopped (fatal error, authorization), the application stays up; a deadlock in a callback.
Node: kafkajs ends its consumer for good at a SyntaxError or TypeError (JSON.parse) from its callback, not the process.
Node: `await` on a promise that never settles; Go: a worker waits for ever on a channel, the reader on the worker.
Fix: let the process end when its consumer ends, set time-outs on each call, tie /health to the last poll."""
