"""Verdicts about a run as a whole, beside those of any case."""

UNDECLARED_EVENT = """\
The service wrote a record to a topic, or of an event type, that no contract of the unit names.
Proof: all topics of the run are watched; the record itself, with its place in the log, is shown. A type is a constant \
of all declared events of a topic, an enumeration called `type` or `event`, or an Avro record's name.
Not: changelog and repartition topics of stream libraries, offsets; an event that is declared but wrong (INVALID_EVENT).
Python: a typo in the topic's name, which auto-creation then makes true; a debugging topic left in.
Java: the default name TOPIC.DLT or TOPIC-retry-0 of Spring beside the declared one.
Node, Go: a new event type that is deployed before its contract.
Fix: declare it (`emits`, `onInvalid.deadLetter`, `retry.topic`, `message.oneOf`), or stop sending it."""

SLOW = """\
The service misses its `slo`, alone or under the mix with malformed records.
Proof: two loads in an open loop at `slo.at`, latency from the scheduled send; the percentile's lower confidence bound \
is beyond the promise, and kcontract's own plain consumer, measured beside it on this machine, is well within; \
or up to three loads that look like it and only together prove it.
Not: a machine that is too slow for any consumer, or for sending on time; the first assignment; one pause.
Python: one flush() per message; Java: linger.ms or fetch.min.bytes set for throughput; a registry call per record.
Node: a blocked event loop; Go: a lock around the whole handler; all: logging the whole payload of each bad record.
Fix: cache schemas (also unknown ids), acknowledge in batches, bound what is logged, commit less often."""

HEALTH_LIED = """\
The health endpoint said one thing, and the service did another, in a state that was injected.
Proof: `/health` and effects, both read in each state: broker down, registry down, partition standing still.
Not: start-up, and the grace time that the contract grants.
Python: a Flask route that returns 200 whatever the consumer's thread does.
Java: the actuator without the Kafka indicator.
Node: the server is up, so healthy; Go: a flag that is set once and never cleared.
Fix: derive health from the last successful poll and commit, and from the age of the oldest open record."""

NOT_RECOVERED = """\
After an outage ended, the service did not come back within `recovers`.
Proof: health and effects of healthy records after the fault was taken off, up to the declared time.
Proof: what the fault excuses goes on behind it: each healthy record is still dead-lettered after the 404 of a schema, \
or answered with an error.
Not: a broker that itself is not back (the harness's own client is the reference).
Python: a producer or a session left in a failed state; a cache that remembers for ever which schema ids there are not.
Java: a fatal ProducerFencedException swallowed; a listener not restarted.
Node: a disconnected client is not reconnected; Go: the loop ended with the first error, the process did not.
Fix: let the process end on fatal client errors so that it is restarted, or make clients anew; bound every back-off."""

UNGRACEFUL_STOP = """\
On SIGTERM the service was still running at `stopTimeout`, or had committed a record whose outcome never came.
Proof: the time of the exit after our SIGTERM; committed offsets against effects, read to the end.
Not: exit codes 143 and -15, not leaving the group, repeats after the restart: these are notes only.
Python: no handler for SIGTERM while poll() blocks, or `sh -c` keeps the signal; Java: close() without a time-out.
Node: process.exit before the producer's flush; Go: the context is not passed to the reader.
Fix: stop polling, finish what is open, flush, commit, close; run the service directly, not below a shell."""

LEAK = """\
An event reached a workspace, tenant or topic that it must not reach.
Proof: what is fresh in a record of contract A, and nothing of a record that may lead there, stands on a topic that \
the service declares only for contract B: effects, dead letters, retries and answers.
Not: a topic that both share by contract; what is read again where the service writes it; tenants on one topic.
Python: a global that keeps the last tenant; Java: a ThreadLocal not cleared in a pool.
Node: async context lost between awaits; Go: a struct shared between goroutines.
Fix: carry the tenant with the record through every call, and check it once more before writing."""
