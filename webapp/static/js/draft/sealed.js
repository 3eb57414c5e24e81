/**
 * Texts that wait in this browser, sealed (AES-GCM) under a key that the server gives to one logged-in person: who uses
 * the same machine later finds nothing to read.
 */

const PREFIX = "vignet-draft-";

export class Sealed {
  /** @param {CryptoKey} key @param {string} name */
  constructor(key, name) {
    this.key = key;
    this.name = PREFIX + name;
  }

  /** @param {string} secret 32 bytes as base64 @param {string} name what is kept */
  static async open(secret, name) {
    const raw = bytes(secret);
    return new Sealed(await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]), name);
  }

  /** @param {unknown} value */
  async keep(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, new TextEncoder().encode(JSON.stringify(value)));
    localStorage.setItem(this.name, `${base64(iv)}.${base64(new Uint8Array(data))}`);
  }

  /** What was kept, or null: nothing, or something that somebody else kept. @returns {Promise<any>} */
  async kept() {
    const [iv, data] = (localStorage.getItem(this.name) ?? "").split(".");
    if (!data) return null;
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, this.key, bytes(data));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return null;
    }
  }

  forget() {
    localStorage.removeItem(this.name);
  }
}

/** @param {string} text */
function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** @param {Uint8Array} data */
function base64(data) {
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text);
}
