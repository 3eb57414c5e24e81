/** The work that one person has written and the server has not got yet, sealed: through a lost line, a reload and the browser's end. */

import { Seal } from "./seal.js";

/** @template T */
export class Kept {
  /** Writes happen one after the other, so that the last one stays. */
  #turn = Promise.resolve();

  /** @param {Seal} seal @param {string} prefix of the names in this browser's store */
  constructor(seal, prefix) {
    this.seal = seal;
    this.prefix = `${prefix}:${seal.owner}:`;
  }

  /** @param {string} secret 32 bytes as base64 @param {string} prefix */
  static async open(secret, prefix) {
    return new Kept(await Seal.open(secret), prefix);
  }

  /** Of what something is kept. */
  get ids() {
    return Object.keys(localStorage).filter((name) => name.startsWith(this.prefix)).map((name) => name.slice(this.prefix.length));
  }

  /** @param {string} id @param {T} value */
  put(id, value) {
    const now = structuredClone(value);
    this.#then(async () => localStorage.setItem(this.prefix + id, await this.seal.write(now, id)));
  }

  /** @param {string} id */
  drop(id) {
    this.#then(async () => localStorage.removeItem(this.prefix + id));
  }

  /** @param {string} id @returns {Promise<T | null>} */
  async get(id) {
    await this.#turn;
    return this.seal.read(localStorage.getItem(this.prefix + id), id);
  }

  /** @param {() => Promise<void>} act */
  #then(act) {
    this.#turn = this.#turn.then(act).catch(() => {});
  }
}
