// Bills on kafkajs, a record at a time, with offsets committed by the client every second. BROKERS, GROUP, TOPIC, OUT, DLQ.

const { createRequire } = require("node:module");
const { Kafka, logLevel } = createRequire(`${process.cwd()}/examples/patients/audit-node/`)("kafkajs");

const { BROKERS, GROUP, TOPIC, OUT, DLQ } = process.env;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const kafka = new Kafka({ clientId: "biller", brokers: BROKERS.split(","), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: GROUP, maxWaitTimeInMs: 200 });
const producer = kafka.producer({ maxInFlightRequests: 1 });

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function order(message) {
  const read = JSON.parse(UTF8.decode(message.value ?? Buffer.alloc(0)));
  if (!isObject(read) || !Number.isSafeInteger(read.number) || read.number < 1) throw new Error("no number");
  const length = typeof read.customer === "string" ? [...read.customer].length : 0;
  if (length < 1 || length > 60 || /\p{Surrogate}/u.test(read.customer)) throw new Error("no customer");
  if ("address" in read) {
    const { city, zip } = isObject(read.address) ? read.address : {};
    if (typeof city !== "string" || /\p{Surrogate}/u.test(city)) throw new Error("no city");
    if (zip !== undefined && !(typeof zip === "string" && /^[0-9]{5}$/.test(zip))) throw new Error("no zip");
  }
  if (!UTF8.decode(message.key ?? Buffer.alloc(0))) throw new Error("no key");
  const ids = [message.headers.correlation_id ?? ""].flat();
  if (!UTF8.decode(Buffer.from(ids.at(-1) ?? ""))) throw new Error("no correlation id");
  return read;
}

function outcome(message) {
  try {
    const { number, customer, address } = order(message);
    const headers = { correlation_id: [message.headers.correlation_id].flat().at(-1) };
    return { topic: OUT, messages: [{ key: message.key, value: JSON.stringify({ number, customer, address }), headers }] };
  } catch (error) {
    const kept = Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((one) => one ?? "") : value ?? "", // kafkajs cannot write a null header
    ]);
    const headers = { ...Object.fromEntries(kept), error: String(error.message).slice(0, 200) };
    return { topic: DLQ, messages: [{ key: message.key, value: message.value, headers }] };
  }
}

async function main() {
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  await consumer.run({ autoCommitInterval: 1000, eachMessage: ({ message }) => producer.send(outcome(message)) });
}

process.on("SIGTERM", async () => {
  await consumer.disconnect();
  await producer.disconnect();
  process.exit(0);
});
main();
