// Reads one Avro value and nothing else: specification 1.12, "Binary Encoding". Longs are BigInt, so that none is rounded.

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const DEEPEST = 64;

export class MalformedError extends Error {}

/** The value in `body`, written with `schema` (parsed JSON). Throws MalformedError. */
export function read(body, schema) {
  const reader = new Reader(body);
  const value = reader.value(schema, 0);
  if (reader.at !== body.length) throw new MalformedError(`${body.length - reader.at} bytes after the value`);
  return value;
}

class Reader {
  constructor(body) {
    this.body = body;
    this.at = 0;
    this.named = new Map();
  }

  value(schema, depth) {
    if (depth > DEEPEST) throw new MalformedError("nested too deeply");
    if (Array.isArray(schema)) return this.value(schema[this.index(schema.length)], depth + 1);
    const kind = typeof schema === "string" ? schema : schema.type;
    if (typeof kind === "object") return this.value(kind, depth + 1);
    if (this.named.has(kind)) return this.value(this.named.get(kind), depth + 1);
    if (schema.name) this.named.set(schema.name, schema);
    const step = STEPS[kind];
    if (!step) throw new MalformedError(`no type ${kind}`);
    return step(this, schema, depth + 1);
  }

  take(size) {
    if (size < 0 || size > this.body.length - this.at) throw new MalformedError(`${size} bytes due`);
    this.at += size;
    return this.body.subarray(this.at - size, this.at);
  }

  long() {
    let number = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1)[0];
      number |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if ((byte === 0 && shift > 0n) || number >= 1n << 64n) break;
        return (number >> 1n) ^ -(number & 1n);
      }
    }
    throw new MalformedError("a number that is not in its shortest form");
  }

  int() {
    const number = this.long();
    if (number !== BigInt.asIntN(32, number)) throw new MalformedError(`${number} in an int`);
    return Number(number);
  }

  size() {
    const size = this.long();
    if (size < 0n || size > BigInt(this.body.length)) throw new MalformedError(`${size} bytes due`);
    return Number(size);
  }

  index(choices) {
    const index = this.long();
    if (index < 0n || index >= BigInt(choices)) throw new MalformedError(`index ${index} of ${choices}`);
    return Number(index);
  }

  text() {
    return UTF8.decode(this.take(this.size()));
  }

  blocks(item) {
    for (let count = this.long(); count !== 0n; count = this.long()) {
      const size = count < 0n ? this.size() : null;
      const start = this.at;
      const items = count < 0n ? -count : count;
      if (items > BigInt(this.body.length)) throw new MalformedError(`${items} items`);
      for (let i = 0n; i < items; i++) item();
      if (size !== null && this.at - start !== size) throw new MalformedError("a block of another size than it says");
    }
  }
}

const STEPS = {
  null: () => null,
  boolean(reader) {
    const byte = reader.take(1)[0];
    if (byte > 1) throw new MalformedError("a boolean that is neither 0 nor 1");
    return byte === 1;
  },
  int: (reader) => reader.int(),
  long: (reader) => reader.long(),
  float: (reader) => reader.take(4).readFloatLE(),
  double: (reader) => reader.take(8).readDoubleLE(),
  string: (reader) => reader.text(),
  bytes: (reader, schema) => decimalOr(reader.take(reader.size()), schema),
  fixed: (reader, schema) => decimalOr(reader.take(schema.size), schema),
  enum: (reader, schema) => schema.symbols[reader.index(schema.symbols.length)],
  record(reader, schema, depth) {
    return Object.fromEntries(schema.fields.map(({ name, type }) => [name, reader.value(type, depth)]));
  },
  array(reader, schema, depth) {
    const items = [];
    reader.blocks(() => items.push(reader.value(schema.items, depth)));
    return items;
  },
  map(reader, schema, depth) {
    const entries = [];
    reader.blocks(() => entries.push([reader.text(), reader.value(schema.values, depth)]));
    return Object.fromEntries(entries);
  },
};

function decimalOr(bytes, schema) {
  if (schema.logicalType !== "decimal") return bytes;
  if (bytes.length === 0) throw new MalformedError("a decimal without a digit");
  const unscaled = BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString("hex")}`));
  const magnitude = unscaled < 0n ? -unscaled : unscaled;
  if (magnitude >= 10n ** BigInt(schema.precision)) throw new MalformedError("a decimal beyond its precision");
  const scale = schema.scale ?? 0;
  const digits = magnitude.toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? "-" : ""}${whole}${scale ? `.${digits.slice(-scale)}` : ""}`;
}
