/**
 * Brings what the vault keeps to the recorder: in order, as often as it takes, and also after a reload or a restart.
 * What is here is erased only when the object store has confirmed it by its hash. Knows no page.
 *
 * Events: `change` (something was sent, or is safe), and `roads`, whose detail says where a take goes on.
 */

import { fromHex, sha256, toBase64 } from "../ui/bytes.js";
import { backOffMs, pause } from "../ui/retry.js";

/** @typedef {import("./vault.js").Vault} Vault */
/** @typedef {import("./vault.js").KeptTake} KeptTake */
/** @typedef {import("./vault.js").KeptSlice} KeptSlice */
/** @typedef {import("./server.js").Roads} Roads */

const SEND_MS = 30_000;
const YIELD_MS = 200;
const DEAD = [401, 404, 410, 413];
const LOCATE_AFTER = 2;
const LOCATE_MS = 4000;

/** The recorder said no. */
class Refused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`the recorder answered ${status}`);
    this.status = status;
  }
}

export class Backlog extends EventTarget {
  /** @type {Map<string, Upload>} */
  #uploads = new Map();
  /** @type {Upload | null} */
  #recording = null;
  #heardMs = performance.now();
  /** @type {Map<string, number>} */
  #locatedMs = new Map();

  /**
   * @param {Vault} vault
   * @param {(recordingId: string) => Promise<Roads>} locate asks where a take goes on when its recorder is not reached
   */
  constructor(vault, locate) {
    super();
    this.vault = vault;
    this.ask = locate;
  }

  /**
   * Where this take goes on; null when that was asked a moment ago, or nobody says.
   * @param {string} recordingId
   */
  async locate(recordingId) {
    const now = performance.now();
    if (now - (this.#locatedMs.get(recordingId) ?? -LOCATE_MS) < LOCATE_MS) return null;
    this.#locatedMs.set(recordingId, now);
    const roads = await this.ask(recordingId).catch(() => null);
    if (roads) this.dispatchEvent(new CustomEvent("roads", { detail: { recording_id: recordingId, ...roads } }));
    return roads;
  }

  /** A recorder has answered, whatever it said. */
  heard() {
    this.#heardMs = performance.now();
  }

  /** For how long nobody has been reached, while something is kept here that nobody else has. */
  get silentS() {
    return this.#uploads.size ? (performance.now() - this.#heardMs) / 1000 : 0;
  }

  /** The takes that are recorded to their end and not confirmed yet, the first answer first. @returns {KeptTake[]} */
  get complete() {
    const takes = [...this.#uploads.values()].map((upload) => upload.take).filter((take) => take.closing);
    return takes.sort((a, b) => a.number - b.number);
  }

  /** Go on with everything that an earlier page has left here. */
  async resume() {
    for (const take of await this.vault.takes()) if (!this.#uploads.has(take.recording_id)) this.#add(take).run(true);
  }

  /** A take begins; what it records is sent before anything else. @param {KeptTake} take */
  async begin(take) {
    await this.vault.keepTake(take);
    const upload = this.#add(take);
    this.#recording = upload;
    upload.run(false);
    return upload;
  }

  /** The answers that are not confirmed yet, and how many slices of each are still to be sent. @returns {Map<number, number>} */
  get waiting() {
    return new Map([...this.#uploads.values()].map((upload) => [upload.take.number, upload.unsent]));
  }

  /** @param {Upload} upload whether it may send now, or another one goes first */
  mayGo(upload) {
    const first = this.#recording;
    return !first || first === upload || !first.unsent || !this.#uploads.has(first.take.recording_id);
  }

  /** @param {Upload} upload */
  over(upload) {
    this.#uploads.delete(upload.take.recording_id);
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {KeptTake} take */
  #add(take) {
    if (!this.#uploads.size) this.heard();
    const upload = new Upload(take, this);
    this.#uploads.set(take.recording_id, upload);
    return upload;
  }
}

/** One take on its way. */
export class Upload {
  /** @type {Map<number, KeptSlice>} */
  #slices = new Map();
  /** @type {Set<number>} */
  #sent = new Set();
  #wake = () => {};
  #attempt = 0;

  /** @param {KeptTake} take @param {Backlog} backlog */
  constructor(take, backlog) {
    this.take = take;
    this.backlog = backlog;
    this.vault = backlog.vault;
    backlog.addEventListener("roads", (event) => this.#goOn(/** @type {CustomEvent} */ (event).detail));
  }

  get unsent() {
    return this.#slices.size - this.#sent.size;
  }

  /** @param {number} number @param {Blob} data @param {number} untilS */
  async add(number, data, untilS) {
    const kept = await this.vault.keep(this.take.recording_id, number, await data.arrayBuffer(), untilS);
    this.#slices.set(number, kept);
    this.#wake();
  }

  /** Everything was recorded. @param {{count: number, seconds: number}} end */
  async close({ count, seconds }) {
    this.take.closing = await this.#closing(count, seconds, true);
    await this.vault.keepTake(this.take);
    this.#wake();
  }

  /**
   * Send until all is confirmed. One tab at a time does this for a take: another one waits until that tab is gone.
   * @param {boolean} left whether an earlier page has recorded it
   */
  async run(left) {
    await navigator.locks.request(`vignet-take-${this.take.recording_id}`, async () => {
      try {
        if (left) await this.#pickUp();
        else this.#announce();
        await this.#send();
      } catch (error) {
        // What the recorder takes no more stays in the vault until it is old.
        console.warn(`answer ${this.take.number} is not sent: ${error}`);
      }
    });
    this.backlog.over(this);
  }

  /**
   * Say that slices will come: on a narrow line the live road may end before the first of them is through, and is not the
   * whole answer. Said once, beside the slices, which are tried until they are heard.
   */
  #announce() {
    this.#ask("/opening", { method: "POST" }).catch((error) => console.warn(`slices are not announced: ${error}`));
  }

  async #pickUp() {
    const kept = (await this.vault.takes()).find((take) => take.recording_id === this.take.recording_id);
    const slices = kept ? await this.vault.slices(this.take.recording_id) : [];
    this.#slices = new Map(slices.map((slice) => [slice.number, slice]));
    this.take = kept ?? this.take;
    if (!this.take.closing) {
      const last = slices.at(-1);
      this.take.closing = await this.#closing(last ? last.number + 1 : 0, last?.until_s ?? 0, false);
    }
    if (!slices.length) return;
    await this.vault.keepTake(this.take);
    const here = await this.#untilHeard(() => this.#ask("", { method: "GET" }));
    this.#hear(here);
  }

  async #send() {
    while (this.#slices.size || !this.take.closing) {
      const number = [...this.#slices.keys()].find((one) => !this.#sent.has(one));
      if (number !== undefined) await this.#untilHeard(() => this.#sendOne(number));
      else if (!this.take.closing) await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      else if (await this.#confirmed()) break;
    }
    await this.vault.erase(this.take.recording_id);
  }

  /** @param {number} number */
  async #sendOne(number) {
    while (!this.backlog.mayGo(this)) await pause(YIELD_MS);
    const { sha256: hash } = /** @type {KeptSlice} */ (this.#slices.get(number));
    const body = await this.vault.slice(this.take.recording_id, number);
    const headers = { "Content-Type": "application/octet-stream", "Content-Digest": `sha-256=:${toBase64(fromHex(hash))}:` };
    try {
      const answer = await this.#ask(`/${number}`, { method: "PUT", body, headers });
      if (answer.sha256 !== hash) throw new TypeError("another slice was acknowledged");
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 409) throw error;
      // Something is there under this number already; the hash of the whole will say whether it is this.
      console.warn(`slice ${number} of answer ${this.take.number}: ${error.message}`);
    }
    this.#sent.add(number);
    this.backlog.changed();
  }

  /** Say that this was all, and ask until the object store has confirmed it. @returns {Promise<boolean>} */
  async #confirmed() {
    const body = JSON.stringify(this.take.closing);
    const told = await this.#untilHeard(() => this.#ask("/closing", { method: "POST", body }).catch((error) => {
      // It has heard another last word: what it has by now is to be seen all the same.
      if (error instanceof Refused && error.status === 409) return this.#ask("", { method: "GET" });
      throw error;
    }));
    if (this.#hear(told)) return false;
    for (let attempt = 1; ; attempt += 1) {
      const here = await this.#untilHeard(() => this.#ask("", { method: "GET" }));
      if (await this.#isKept(here.kept)) return true;
      if (this.#hear(here)) return false;
      await pause(backOffMs(attempt));
    }
  }

  /**
   * Take in what the recorder has; answers whether there is something to send again.
   * @param {{slices: {number: number, sha256: string}[], kept: {first: number, last: number}[]}} told
   */
  #hear({ slices, kept }) {
    const here = new Set(slices.map(({ number }) => number));
    const has = (/** @type {number} */ number) =>
      here.has(number) || kept.some(({ first, last }) => first <= number && number <= last);
    this.#sent = new Set([...this.#slices.keys()].filter(has));
    this.backlog.changed();
    return this.unsent > 0;
  }

  /**
   * Whether the object store has every slice, by the hash of each unbroken row.
   * @param {{first: number, last: number, sha256: string}[]} kept
   */
  async #isKept(kept) {
    const proven = new Set();
    for (const { first, last, sha256: hash } of kept) {
      if (!this.#slices.has(first) || !this.#slices.has(last)) continue;
      if ((await sha256(await this.vault.joined(this.take.recording_id, first, last))) !== hash) continue;
      for (let number = first; number <= last; number += 1) proven.add(number);
    }
    return [...this.#slices.keys()].every((number) => proven.has(number));
  }

  /** @param {number} count @param {number} seconds @param {boolean} complete */
  async #closing(count, seconds, complete) {
    const whole = count ? await this.vault.joined(this.take.recording_id, 0, count - 1) : new ArrayBuffer(0);
    const { mime_type, started_ms, published_ms } = this.take;
    const size = whole.byteLength;
    return { count, size, sha256: await sha256(whole), seconds, mime_type, started_ms, published_ms, complete };
  }

  /** Ask until the recorder is heard; at once when the line is back. @template T @param {() => Promise<T>} ask */
  async #untilHeard(ask) {
    for (;;) {
      try {
        const answer = await ask();
        this.#attempt = 0;
        return answer;
      } catch (error) {
        if (error instanceof Refused && DEAD.includes(error.status)) throw error;
        await pause(backOffMs(this.#attempt));
        this.#attempt += 1;
        if (this.#attempt >= LOCATE_AFTER) await this.backlog.locate(this.take.recording_id);
      }
    }
  }

  /**
   * Go on at another recorder, which has nothing of this take yet. What the lost one has is not lost, but who knows when.
   * @param {Roads & {recording_id: string}} roads
   */
  #goOn({ recording_id, slices_url }) {
    if (recording_id !== this.take.recording_id || slices_url === this.take.slices_url) return;
    this.take.slices_url = slices_url;
    this.vault.keepTake(this.take);
    this.#sent.clear();
    this.backlog.changed();
  }

  /** @param {string} path @param {RequestInit} request */
  async #ask(path, request) {
    const response = await fetch(this.take.slices_url + path, {
      ...request,
      headers: { ...request.headers, Authorization: `Bearer ${this.take.bearer}` },
      signal: AbortSignal.timeout(SEND_MS),
    });
    this.backlog.heard();
    if (!response.ok) throw new Refused(response.status);
    return response.json();
  }
}
