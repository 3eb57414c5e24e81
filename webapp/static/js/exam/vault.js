/**
 * Where a browser keeps what it has recorded, sealed, until somebody else surely has it. Survives a reload and the
 * browser's end. Where the browser keeps nothing, or no more, the memory of this page must do.
 */

import { sha256, toBase64 } from "../ui/bytes.js";
import { Seal } from "../ui/seal.js";

const NAME = "vignet-vault";
const FILE = "vignet-noodbestand 1\n";
const OLD_MS = 14 * 24 * 3600 * 1000;

/**
 * @typedef {object} KeptTake what is needed to send a take, now or after a restart
 * @property {string} recording_id
 * @property {number} number of the answer
 * @property {string} slices_url
 * @property {string} bearer
 * @property {string} mime_type
 * @property {number} started_ms since the epoch, by this machine's clock; 0 before it has started
 * @property {number[]} published_ms when each live session was connected
 * @property {import("./slices.js").Part[]} [parts] the files that the slices make, where there are several
 * @property {import("./take.js").Note[]} [notes] what the page saw meanwhile
 * @property {object | null} manifest the page's last word about it, once it has ended
 */

/** @typedef {{number: number, size: number, sha256: string, until_s: number}} KeptSlice */

export class Vault {
  /** @type {Map<string, any>} */
  #memory = new Map();

  /** @param {IDBDatabase | null} db @param {Seal} seal */
  constructor(db, seal) {
    this.db = db;
    this.seal = seal;
  }

  /** True when this browser keeps anything, of whomever. Asking leaves no trace. */
  static async exists() {
    try {
      return (await indexedDB.databases()).some(({ name }) => name === NAME);
    } catch {
      return true;
    }
  }

  /** @param {string} secret 32 bytes as base64 */
  static async open(secret) {
    const vault = new Vault(await database().catch(() => null), await Seal.open(secret));
    await vault.#eraseOld().catch(() => {});
    return vault;
  }

  /** @param {KeptTake} take */
  async keepTake(take) {
    const sealed = await this.seal.seal(new TextEncoder().encode(JSON.stringify(take)), take.recording_id);
    await this.#put("takes", { recording: take.recording_id, owner: this.seal.owner, at: Date.now(), ...sealed });
  }

  /** The takes of this person that are kept here, oldest first. @returns {Promise<KeptTake[]>} */
  async takes() {
    const rows = (await this.#all("takes")).filter((row) => row.owner === this.seal.owner).sort((a, b) => a.at - b.at);
    const takes = [];
    for (const row of rows) {
      const plain = await this.seal.unseal(row, row.recording).catch(() => null);
      if (!plain) continue;
      // Pages of before called it `closing`.
      const { closing = null, ...take } = JSON.parse(new TextDecoder().decode(plain));
      takes.push({ manifest: closing, ...take });
    }
    return takes;
  }

  /**
   * @param {string} recording @param {number} number @param {ArrayBuffer} data @param {number} untilS
   * @returns {Promise<KeptSlice>}
   */
  async keep(recording, number, data, untilS) {
    const facts = { number, size: data.byteLength, sha256: await sha256(data), until_s: untilS };
    const sealed = await this.seal.seal(data, `${recording}/${number}`);
    await this.#put("slices", { recording, ...facts, ...sealed });
    return facts;
  }

  /** The slices that are kept of a take, in order. @param {string} recording @returns {Promise<KeptSlice[]>} */
  async slices(recording) {
    const rows = await this.#slicesOf(recording);
    return rows.map(({ number, size, sha256: hash, until_s }) => ({ number, size, sha256: hash, until_s }));
  }

  /** @param {string} recording @param {number} number @returns {Promise<ArrayBuffer>} */
  async slice(recording, number) {
    const row = await this.#get("slices", [recording, number]);
    return this.seal.unseal(row, `${recording}/${number}`);
  }

  /** The slices of these numbers as one. @param {string} recording @param {Iterable<number>} numbers */
  async joined(recording, numbers) {
    const parts = [];
    for (const number of numbers) parts.push(await this.slice(recording, number));
    return new Blob(parts).arrayBuffer();
  }

  /**
   * A take exactly as it is kept here, sealed, as the file that the office takes in (storage/exam/emergency.py).
   * @param {string} recording
   */
  async file(recording) {
    const takes = (await this.#all("takes")).filter((row) => row.recording === recording).slice(0, 1);
    const parts = [...takes, ...(await this.#slicesOf(recording))];
    const head = {
      recording,
      parts: parts.map(({ number, iv, data }) => ({
        slice: number ?? null,
        iv: toBase64(iv),
        size: data.byteLength,
      })),
    };
    const type = "application/octet-stream";
    return new Blob([FILE, JSON.stringify(head), "\n", ...parts.map(({ data }) => data)], { type });
  }

  /** @param {string} recording */
  async erase(recording) {
    for (const key of this.#memory.keys()) if (key.includes(recording)) this.#memory.delete(key);
    if (!this.db) return;
    const change = this.db.transaction(["takes", "slices"], "readwrite");
    change.objectStore("takes").delete(recording);
    change.objectStore("slices").delete(IDBKeyRange.bound([recording, 0], [recording, Infinity]));
    await done(change);
  }

  /** Erase old takes: nobody takes them any more. */
  async #eraseOld() {
    for (const row of await this.#all("takes")) if (Date.now() - row.at > OLD_MS) await this.erase(row.recording);
  }

  /** @param {string} recording */
  async #slicesOf(recording) {
    const rows = await this.#all("slices", IDBKeyRange.bound([recording, 0], [recording, Infinity]));
    return rows.filter((row) => row.recording === recording).sort((a, b) => a.number - b.number);
  }

  /** @param {string} store @param {any} row */
  async #put(store, row) {
    const key = `${store}/${row.recording}/${row.number ?? ""}`;
    try {
      if (!this.db) throw new Error("nothing is kept here");
      const change = this.db.transaction(store, "readwrite", { durability: "strict" });
      change.objectStore(store).put(row);
      await done(change);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, row);
    }
  }

  /** @param {string} store @param {any} key */
  async #get(store, key) {
    const row = this.#memory.get(`${store}/${key.join("/")}`);
    return row ?? result(/** @type {IDBDatabase} */ (this.db).transaction(store).objectStore(store).get(key));
  }

  /** @param {string} store @param {IDBKeyRange} [range] @returns {Promise<any[]>} */
  async #all(store, range) {
    const remembered = [...this.#memory].filter(([key]) => key.startsWith(`${store}/`)).map(([, row]) => row);
    if (!this.db) return remembered;
    return [...remembered, ...(await result(this.db.transaction(store).objectStore(store).getAll(range)))];
  }
}

/** @returns {Promise<IDBDatabase>} */
function database() {
  const opening = indexedDB.open(NAME, 1);
  opening.addEventListener("upgradeneeded", () => {
    opening.result.createObjectStore("takes", { keyPath: "recording" });
    opening.result.createObjectStore("slices", { keyPath: ["recording", "number"] });
  });
  return result(opening);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function result(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** @param {IDBTransaction} change */
function done(change) {
  return new Promise((resolve, reject) => {
    change.addEventListener("complete", () => resolve(undefined));
    change.addEventListener("abort", () => reject(change.error));
    change.addEventListener("error", () => reject(change.error));
  });
}
