/**
 * Seals what waits in this browser (AES-GCM) under a key that the server gives to one logged-in person: on a shared
 * machine the next one finds nothing to look at. What is sealed opens only under the name that it was sealed with.
 */

import { fromBase64, sha256, toBase64 } from "./bytes.js";

const CIPHER = "AES-GCM";
const IV_BYTES = 12;

/** @typedef {{iv: Uint8Array<ArrayBuffer>, data: ArrayBuffer}} Sealed */

export class Seal {
  /** @param {CryptoKey} key @param {string} owner tells persons apart, and says nothing of who they are */
  constructor(key, owner) {
    this.key = key;
    this.owner = owner;
  }

  /** @param {string} secret 32 bytes as base64 */
  static async open(secret) {
    const raw = fromBase64(secret);
    const key = await crypto.subtle.importKey("raw", raw, CIPHER, false, ["encrypt", "decrypt"]);
    return new Seal(key, (await sha256(raw)).slice(0, 16));
  }

  /** @param {BufferSource} plain @param {string} name @returns {Promise<Sealed>} */
  async seal(plain, name) {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    return { iv, data: await crypto.subtle.encrypt(how(iv, name), this.key, plain) };
  }

  /** Throws when it is not what was sealed under this name. @param {Sealed} sealed @param {string} name */
  unseal({ iv, data }, name) {
    return crypto.subtle.decrypt(how(iv, name), this.key, data);
  }

  /** A value as sealed text, for a store that takes only text. @param {unknown} value @param {string} name */
  async write(value, name) {
    const { iv, data } = await this.seal(new TextEncoder().encode(JSON.stringify(value)), name);
    return `${toBase64(iv)}.${toBase64(new Uint8Array(data))}`;
  }

  /** The value of such a text, or null: nothing, or something that somebody else kept. @param {string | null} text @param {string} name */
  async read(text, name) {
    const [iv, data] = (text ?? "").split(".");
    if (!data) return null;
    try {
      const plain = await this.unseal({ iv: fromBase64(iv), data: fromBase64(data).buffer }, name);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return null;
    }
  }
}

/** @param {Uint8Array<ArrayBuffer>} iv @param {string} name */
function how(iv, name) {
  return { name: CIPHER, iv, additionalData: new TextEncoder().encode(name) };
}
