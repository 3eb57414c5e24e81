/**
 * What was written on one candidate's checklist, entry by entry, as `review/two_devices.py` reads it on the server: an
 * entry replaces those that were in sight, and two that stand beside each other with different values are a conflict.
 */

/** @typedef {string | boolean | null} Value */
/** @typedef {{id: string, field: string, value: Value, replaces: string[], device: string}} Entry */

export class Log {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** What stands in each field; null when it has to be told anew. @type {Map<string, Entry[]> | null} */
  #standing = null;

  /** @param {Entry[]} entries */
  add(entries) {
    for (const one of entries) if (!this.#entries.has(one.id)) this.#entries.set(one.id, one);
    this.#standing = null;
  }

  /** @param {string} id */
  drop(id) {
    this.#entries.delete(id);
    this.#standing = null;
  }

  get #fields() {
    if (this.#standing) return this.#standing;
    const replaced = new Set([...this.#entries.values()].flatMap((one) => one.replaces));
    /** @type {Map<string, Entry[]>} */
    const found = new Map();
    for (const one of this.#entries.values()) {
      if (replaced.has(one.id)) continue;
      const beside = found.get(one.field);
      if (beside) beside.push(one);
      else found.set(one.field, [one]);
    }
    this.#standing = found;
    return found;
  }

  get names() {
    return [...this.#fields.keys()];
  }

  /** @param {string} field @returns {Entry[]} */
  standing(field) {
    return this.#fields.get(field) ?? [];
  }

  /** The values between which somebody has to choose; none when there is no conflict. @param {string} field @returns {Value[]} */
  choices(field) {
    const values = [...new Set(this.standing(field).map((one) => one.value))];
    return values.length > 1 ? values : [];
  }

  /** The value, or undefined when there is none or two of them. @param {string} field @returns {Value | undefined} */
  value(field) {
    return this.choices(field).length ? undefined : this.standing(field)[0]?.value;
  }

  get conflicts() {
    return this.names.filter((name) => this.choices(name).length);
  }

  /** The entries that stand: what somebody who signs now signs. */
  get seen() {
    return [...this.#fields.values()].flat().map((one) => one.id);
  }

  /** The conversations of which something is written and that were not removed. */
  get conversations() {
    const ids = this.names.filter((name) => name.startsWith("conversation/")).map((name) => name.split("/")[1] ?? "");
    return [...new Set(ids)].filter((id) => this.value(`conversation/${id}/removed`) !== true);
  }
}
