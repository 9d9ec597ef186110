// The schemas that a topic's records were written with. Ids of other subjects are refused.

export class Rejected extends Error {}
export class TryLater extends Error {}

export class WriterSchemas {
  constructor(url, subject) {
    this.url = url.replace(/\/$/, "");
    this.subject = subject;
    this.known = new Map();
  }

  /** The parsed schema. Throws Rejected for an id that is not the subject's, TryLater without an answer. */
  async get(id) {
    if (!this.known.has(id)) {
      const places = await this.ask(`/schemas/ids/${id}/versions`, id);
      if (!places.some(({ subject }) => subject === this.subject)) throw new Rejected(`schema id ${id} is another's`);
      const { schema, schemaType = "AVRO" } = await this.ask(`/schemas/ids/${id}`, id);
      if (schemaType !== "AVRO") throw new Rejected(`schema id ${id} is ${schemaType}`);
      this.known.set(id, JSON.parse(schema));
    }
    return this.known.get(id);
  }

  async ask(path, id) {
    let response;
    try {
      response = await fetch(this.url + path, { signal: AbortSignal.timeout(3000) });
    } catch (error) {
      throw new TryLater(`registry: ${error.message}`);
    }
    if (response.status === 404) throw new Rejected(`schema id ${id} is unknown`);
    if (!response.ok) throw new TryLater(`registry: ${response.status}`);
    return response.json();
  }
}
