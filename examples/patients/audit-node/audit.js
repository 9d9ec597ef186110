// Audit: patient.created in, audit.recorded out. Environment BROKERS, REGISTRY, GROUP, TOPIC, OUT, DLQ.

import { setTimeout as sleep } from "node:timers/promises";
import { readFileSync } from "node:fs";
import kafkajs from "kafkajs";

import { read } from "./avro.js";
import { Rejected, TryLater, WriterSchemas } from "./registry.js";

const { BROKERS, REGISTRY, GROUP, TOPIC, OUT, DLQ } = process.env;
const READER = JSON.parse(readFileSync("schemas/patients/patient_created.v2.avsc", "utf-8"));
const FIRST_INSTANT = -62135596800000; // year 1
const LAST_INSTANT = 253402300799999; // year 9999
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const kafka = new kafkajs.Kafka({ clientId: "audit-node", brokers: BROKERS.split(","), logLevel: kafkajs.logLevel.ERROR });
const schemas = new WriterSchemas(REGISTRY, `${TOPIC}-value`);
const producer = kafka.producer({ maxInFlightRequests: 1 });
const consumer = kafka.consumer({ groupId: GROUP, maxWaitTimeInMs: 200 });

async function outcome(message) {
  try {
    return { topic: OUT, message: await entry(message) };
  } catch (error) {
    if (error instanceof TryLater) throw error;
    return { topic: DLQ, message: deadLetter(message, error) };
  }
}

async function entry(message) {
  const event = await decode(message.value);
  check(event, message);
  const correlationId = lastHeader(message, "correlation_id");
  if (!correlationId) throw new Rejected("header correlation_id is missing");
  const fields = {
    event_id: event.event_id,
    correlation_id: correlationId,
    patient_id: event.patient_id,
    name: event.name,
    birth_date: event.birth_date === null ? null : instant(event.birth_date * 86400000).slice(0, 10),
    deposit: event.deposit,
    weight_kg: event.weight_kg,
    language: event.language,
    occurred_at: instant(Number(event.occurred_at)),
  };
  // JSON.stringify knows no BigInt, and a Number would round the account.
  const value = `${JSON.stringify(fields).slice(0, -1)},"account_no":${event.account_no}}`;
  return { key: message.key, value, headers: { correlation_id: correlationId } };
}

async function decode(value) {
  if (value === null || value.length < 5 || value[0] !== 0) throw new Rejected("not framed as magic byte and id");
  const event = read(value.subarray(5), await schemas.get(value.readUInt32BE(1)));
  for (const field of READER.fields) {
    if (!(field.name in event)) event[field.name] = field.default; // written by an older version
  }
  return event;
}

function check(event, message) {
  const length = [...event.name].length;
  if (event.event_type !== "patient.created") throw new Rejected("another event type");
  if (length < 1 || length > 200) throw new Rejected("name is not 1 to 200 characters long");
  if (event.visits < 0) throw new Rejected("visits is negative");
  if (!Number.isFinite(event.weight_kg)) throw new Rejected("weight_kg is not a number");
  if (text(message.key).toLowerCase() !== event.patient_id.toLowerCase()) throw new Rejected("the key is not the id");
}

function instant(milliseconds) {
  if (milliseconds < FIRST_INSTANT || milliseconds > LAST_INSTANT) throw new Rejected("a time beyond the calendar");
  return new Date(milliseconds).toISOString();
}

function lastHeader(message, name) {
  const value = message.headers?.[name];
  return text(Array.isArray(value) ? value.at(-1) : value);
}

function text(value) {
  return value === null || value === undefined ? "" : UTF8.decode(Buffer.from(value));
}

function deadLetter(message, error) {
  const headers = Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((one) => one ?? "") : value ?? "", // kafkajs cannot write a null header
    ]),
  );
  return { key: message.key, value: message.value, headers: { ...headers, error: error.message.slice(0, 200) } };
}

async function patiently(message, heartbeat) {
  for (;;) {
    try {
      return await outcome(message);
    } catch (error) {
      console.error(`offset ${message.offset} waits: ${error.message}`);
      await heartbeat();
      await sleep(500);
    }
  }
}

async function eachBatch({ batch, heartbeat, isRunning, isStale }) {
  const outcomes = [];
  for (const message of batch.messages) {
    if (!isRunning() || isStale()) return;
    outcomes.push(await patiently(message, heartbeat));
  }
  const topics = [...new Set(outcomes.map(({ topic }) => topic))];
  await producer.sendBatch({
    topicMessages: topics.map((topic) => ({
      topic,
      messages: outcomes.filter((one) => one.topic === topic).map((one) => one.message),
    })),
  });
  const offset = (BigInt(batch.lastOffset()) + 1n).toString();
  await consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset }]);
}

async function stop() {
  await consumer.disconnect();
  await producer.disconnect();
  process.exit(0);
}

consumer.on(consumer.events.CRASH, ({ payload }) => {
  if (!payload.restart) process.exit(1);
});
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
await consumer.run({ autoCommit: false, eachBatch });
