/**
 * What this browser keeps of the desk until the server has it: through a lost line, a reload and the browser's end.
 *
 * Everything is sealed (AES-GCM) under a key that the server gives to one logged-in person, so that on a shared machine
 * the next one finds nothing to read.
 */

import { sha256 } from "../exam/vault.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{url: string, base: State, mine: State}} Kept what the server had, and what was made of it here */

const PREFIX = "vignet-desk-kept";

export class Keep {
  /** Writes happen one after the other, so that the last one stays. */
  #turn = Promise.resolve();

  /** @param {CryptoKey} key @param {string} owner */
  constructor(key, owner) {
    this.key = key;
    this.prefix = `${PREFIX}:${owner}:`;
  }

  /** @param {string} secret 32 bytes as base64 */
  static async open(secret) {
    const raw = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
    const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    return new Keep(key, (await sha256(raw)).slice(0, 16));
  }

  /** Of which answers something is kept. */
  get ids() {
    return Object.keys(localStorage).filter((name) => name.startsWith(this.prefix)).map((name) => name.slice(this.prefix.length));
  }

  /** @param {string} id @param {Kept} kept */
  put(id, kept) {
    const plain = new TextEncoder().encode(JSON.stringify(kept));
    this.#then(async () => {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytes(id) }, this.key, plain);
      localStorage.setItem(this.prefix + id, `${base64(iv)}.${base64(new Uint8Array(sealed))}`);
    });
  }

  /** @param {string} id */
  drop(id) {
    this.#then(async () => localStorage.removeItem(this.prefix + id));
  }

  /** @param {string} id @returns {Promise<Kept | null>} */
  async get(id) {
    await this.#turn;
    const [iv, sealed] = (localStorage.getItem(this.prefix + id) ?? "").split(".");
    if (!sealed) return null;
    try {
      const how = { name: "AES-GCM", iv: unbase64(iv), additionalData: bytes(id) };
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, this.key, unbase64(sealed))));
    } catch {
      return null;
    }
  }

  /** @param {() => Promise<void>} act */
  #then(act) {
    this.#turn = this.#turn.then(act).catch(() => {});
  }
}

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);
const unbase64 = (/** @type {string} */ text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const base64 = (/** @type {Uint8Array} */ data) => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
