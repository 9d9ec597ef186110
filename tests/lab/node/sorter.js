// Sorts parcels on kafkajs: a valid one goes on as it came, any other to the dead letters. VARIANT selects a defect.

const { createRequire } = require("node:module");
const { Kafka, logLevel } = createRequire(`${process.cwd()}/examples/patients/audit-node/`)("kafkajs");

const { BROKERS, GROUP, TOPIC, OUT, DLQ, VARIANT } = process.env;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const kafka = new Kafka({ clientId: "sorter", brokers: BROKERS.split(","), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: GROUP, maxWaitTimeInMs: 200 });
const producer = kafka.producer({ maxInFlightRequests: 1 });

function must(holds, reason) {
  if (!holds) throw new Error(reason);
}

function isText(value) {
  return typeof value === "string" && !/\p{Surrogate}/u.test(value);
}

function parcel(message) {
  const read = JSON.parse(UTF8.decode(message.value ?? Buffer.alloc(0)));
  must(typeof read === "object" && read !== null && !Array.isArray(read), "no object");
  must(isText(read.parcel_id) && UTF8.decode(message.key ?? Buffer.alloc(0)) === read.parcel_id, "key");
  const isNumber = VARIANT === "rounds" ? Number.isInteger : Number.isSafeInteger;
  must(isNumber(read.number) && read.number >= 0, "number");
  if (VARIANT === "falsy") must(read.number && read.recipient, "number or recipient");
  must(isText(read.recipient) && [...read.recipient].length >= 1 && [...read.recipient].length <= 60, "recipient");
  must(typeof read.express === "boolean", "express");
  must(read.status === "NEW" || read.status === "PAID", "status");
  must(!("weight" in read) || (typeof read.weight === "number" && read.weight >= 0), "weight");
  must(!("note" in read) || read.note === null || isText(read.note), "note");
  const ids = [message.headers.correlation_id ?? ""].flat();
  must(UTF8.decode(Buffer.from(ids.at(-1) ?? "")), "correlation id");
  return read;
}

// kafkajs cannot write a null header; an empty one says the same.
function kept(headers) {
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value.map((one) => one ?? "") : value ?? ""]));
}

function letter({ topic, partition, message }, error) {
  if (VARIANT === "wraps") {
    const place = { "x-topic": topic, "x-partition": String(partition), "x-offset": message.offset };
    return { value: JSON.stringify({ why: error.message, base64: message.value?.toString("base64") }), headers: place };
  }
  const headers = { ...kept(message.headers), error: String(error.message).slice(0, 200) };
  if (VARIANT === "drops_headers") return { key: message.key, value: message.value };
  if (VARIANT === "to_string") return { key: message.key, value: message.value?.toString() ?? null, headers };
  if (VARIANT === "empty_for_null") return { key: message.key, value: message.value ?? "", headers };
  return { key: message.key, value: message.value, headers };
}

async function handle(came) {
  const { message } = came;
  let read;
  try {
    read = parcel(message);
  } catch (error) {
    if (VARIANT === "throws") throw error;
    if (VARIANT === "exits") process.exit(1);
    if (VARIANT === "swallows") return;
    await producer.send({ topic: DLQ, messages: [letter(came, error)] });
    return;
  }
  const value = VARIANT === "rounds" ? JSON.stringify(read) : message.value;
  const headers = { correlation_id: [message.headers.correlation_id].flat().at(-1) };
  await producer.send({ topic: OUT, messages: [{ key: message.key, value, headers }] });
}

async function eachBatch({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary }) {
  for (const message of batch.messages) {
    await handle({ topic: batch.topic, partition: batch.partition, message });
    resolveOffset(message.offset);
    await heartbeat();
  }
  await commitOffsetsIfNecessary();
}

async function main() {
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  if (VARIANT === "batches") await consumer.run({ eachBatchAutoResolve: false, eachBatch });
  else await consumer.run({ autoCommitInterval: 500, eachMessage: handle });
}

process.on("SIGTERM", async () => {
  await consumer.disconnect();
  await producer.disconnect();
  process.exit(0);
});
main();
