"""Verdicts about senders: what must follow a request, and what must not."""

NO_EVENT = """\
The sender answered a request with success, but no event came: the promised one, or a refusal if the body is invalid.
Proof: a 2xx answer; the topic was read to its end after a later request had its event; nothing is tied to the case.
Not: an event still on its way; a refused request (REFUSED_VALID); an event that says something else (INVALID_EVENT).
Python: produce() without flush() or poll(), so the buffer dies with the worker; delivery callbacks that ignore errors.
Java: the future of send() is dropped; the event is published after the commit, and its failure only logged.
Node: no await before the response; Go: a goroutine per event that the request's context cancels.
Fix: write the event into an outbox in the same transaction, or answer after the broker's acknowledgement."""

PHANTOM_EVENT = """\
An event was published for a request that was refused or rolled back: others act on what never happened.
Proof: a 4xx or 5xx answer (or a rollback), and an event on the topic that is tied to the case.
Not: an event that the contract declares for refusals; a repeat of an earlier request's event.
Python: produce() before validation or before session.commit().
Java: @EventListener where @TransactionalEventListener is meant.
Node: the event is sent first, the insert fails then; Go: a deferred publish that also runs on errors.
Fix: publish after the commit only: outbox table, or a listener of the transaction's commit."""

REFUSED_VALID = """\
The sender refused a valid request: 4xx, 5xx or a closed connection, although the body conforms to its schema.
Proof: the request as it was sent, the schema that accepts it, and the answer.
Not: a state that the request needs and `given` did not make; authentication that the contract does not give.
Python: pydantic models stricter than the schema; Java: Bean Validation beyond it, columns that are too short.
Node: body size limits, 2^53; Go: DisallowUnknownFields on an open model; all: 500 on emoji, "" or null.
Fix: accept what the contract allows, or narrow `action.body` to what is really accepted."""

WRONG_KEY = """\
The event has another key than the contract says: consumers of its entity see it in another partition, out of order.
Proof: the record's key against `message.key` and the value of `keyFrom` in its payload.
Not: contracts without `key` and `keyFrom`: there any key is right; another partition count.
Python: no key given, a str of a UUID object with other letters, or json.dumps(key), which adds quotes.
Java: the Avro or JSON serializer for keys where raw text is declared; a random UUID per event.
Node: the key of the request instead of the entity; Go: kafka.Message without Key is spread round robin.
Fix: take the key from the payload's field in one place, and write it as the contract says."""

WRONG_TOPIC = """\
The event came, but on another topic than the one that the contract names for it.
Proof: all topics of the run are watched; the record is tied to the case and stands on another topic.
Not: a copy on a second topic that the contract declares.
Python: a topic name built from a class or environment; Java: a default topic of the template.
Node, Go: one constant for two event types, prefixes that differ between environments.
Fix: take topic names from configuration, and run kcontract with the environment that sets them."""

WRONG_ORDER = """\
Events of one entity were published in another order than the requests that caused them were answered.
Proof: requests of one key sent one after the other, against the offsets of their events.
Not: requests sent at the same time; different keys.
Python: background tasks per request; Java: CompletableFuture chains, retries with several requests in flight.
Node: no await; Go: a goroutine per event; all: an outbox read without an order.
Fix: publish in the order of commits (outbox with a sequence), an idempotent producer, one key per entity."""

UNREGISTERED_SCHEMA = """\
The event names a schema id that the registry does not know: nobody else can decode it.
Proof: the id in the record's frame or header, and the registry's answer for it.
Not: a registry that is down; an id of the right schema under another subject (WRONG_SUBJECT).
Python: an id kept from another environment's registry; Java: a mock registry URL (mock://) left in.
Node, Go: a frame written by hand with a constant id.
Fix: look the id up in this environment's registry at start, or register in the deployment."""

WRONG_SUBJECT = """\
The event's schema is registered, but under a subject that the contract's naming strategy does not give.
Proof: the subjects of the id in the registry against `schemaLookupStrategy` or `subject`.
Not: one schema under several subjects, as long as the contract's is among them.
Python: subject.name.strategy left at its default; Java: RecordNameStrategy at one end only.
Node, Go: subjects written by hand without the suffix -value.
Fix: set the same strategy at every producer of the topic, and in the contract."""

DUPLICATE_EVENT = """\
One accepted request led to more than one event, also after an acknowledgement was lost on its way.
Proof: two or more records tied to one case, where the contract's count is one.
Not: a request that was sent twice; several event types that the contract declares.
Python: retry around produce() with enable.idempotence off; Java: @Retryable around send, acks=1.
Node: an HTTP client that repeats POSTs; Go: outbox rows marked after publishing, by two workers.
Fix: an idempotent producer, an event id that stays the same over retries, a lock on the outbox."""

LOST_EVENT = """\
A request was accepted while the broker was down, and its event was never published.
Proof: a 2xx answer during the injected outage; the topic was read to its end after recovery and `recovers`.
Not: an event that comes late but in time; a refusal (5xx), which is honest.
Python: the local queue dropped it after message.timeout.ms.
Java: delivery.timeout.ms ran out, the callback only logged.
Node: the error is caught and logged; Go: an asynchronous writer whose errors nobody reads.
Fix: an outbox in the request's transaction; where there is none, refuse while the broker is down."""

BLOCKED = """\
The caller waits, or times out, while the broker is down, although the contract says that requests are accepted.
Proof: the time and the answer of requests during the injected outage.
Not: `send: refuses`, where a quick 5xx is the promise; the first request after the outage.
Python: flush() in the request; Java: send() blocks up to max.block.ms (60 s) for metadata.
Node: await send() with the client's own retries; Go: a synchronous writer without a context deadline.
Fix: publish from an outbox in the background, or bound the wait and say so in the contract."""
