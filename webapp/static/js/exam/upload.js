/** One take on its way from the vault to the recorder, until the object store has confirmed all of it. */

import { sendPatiently } from "./send.js";
import { fromHex, sha256, toBase64 } from "../ui/bytes.js";
import { backOffMs, pause } from "../ui/retry.js";

/** @typedef {import("./backlog.js").Backlog} Backlog */
/** @typedef {import("./vault.js").KeptTake} KeptTake */
/** @typedef {import("./vault.js").KeptSlice} KeptSlice */
/** @typedef {import("./server.js").Roads} Roads */

const ASK_MS = 30_000;
const YIELD_MS = 200;
// The ticket opens nothing any more; and what is no fault of one slice, but of the line or of the recorder.
const DEAD = [401, 404, 410];
const PASSING = [408, 425, 429];
const MOST_REFUSALS = 3;
const TOO_LARGE = 413;
const LOCATE_AFTER = 2;

/** The recorder said no. */
class Refused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`the recorder answered ${status}`);
    this.status = status;
  }

  get dead() {
    return DEAD.includes(this.status);
  }

  /** True when it is about what was sent, so that something else may be taken. */
  get ofThis() {
    return this.status < 500 && !this.dead && !PASSING.includes(this.status);
  }
}

export class Upload {
  /** @type {Map<number, KeptSlice>} */
  #slices = new Map();
  /** @type {Set<number>} */
  #sent = new Set();
  /** How often each slice was refused. @type {Map<number, number>} */
  #refused = new Map();
  #told = false;
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

  /** True when it has something to send now. */
  get busy() {
    return this.#next() !== undefined;
  }

  /** True when it has ended, and something of it was refused. */
  get isRefused() {
    return Boolean(this.take.manifest) && this.#refused.size > 0 && !this.busy;
  }

  /** @param {number} number @param {Blob} data @param {number} untilS */
  async add(number, data, untilS) {
    const kept = await this.vault.keep(this.take.recording_id, number, await data.arrayBuffer(), untilS);
    this.#slices.set(number, kept);
    this.#wake();
  }

  /** What is known of the take has changed. */
  async remember() {
    await this.vault.keepTake(this.take);
  }

  /** Everything was recorded. @param {{count: number, seconds: number}} end */
  async close({ count, seconds }) {
    this.take.manifest = await this.#manifest(count, seconds, true);
    await this.vault.keepTake(this.take);
    this.#wake();
  }

  /**
   * Send until all is confirmed. One tab at a time does this for a take: another one waits until that tab is gone.
   * @param {boolean} left whether an earlier page has recorded it
   */
  async run(left) {
    let safe = false;
    await navigator.locks.request(`vignet-take-${this.take.recording_id}`, async () => {
      try {
        if (left) await this.#pickUp();
        else this.#announce();
        safe = await this.#send();
      } catch (error) {
        // What nobody takes any more stays in the vault until it is old.
        console.warn(`answer ${this.take.number} is not sent: ${error}`);
      }
    });
    this.backlog.over(this, safe);
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
    if (!this.take.manifest) {
      const last = slices.at(-1);
      this.take.manifest = await this.#manifest(last ? last.number + 1 : 0, last?.until_s ?? 0, false);
    }
    // Who has recorded nothing, or all of it is safe by now, has nothing to tell.
    this.#told = !slices.length && !kept?.manifest;
    if (!slices.length) return;
    await this.vault.keepTake(this.take);
    const here = await this.#untilHeard(() => this.#ask("", { method: "GET" }));
    this.#hear(here);
  }

  /** Everything, until it is confirmed; false when something was refused for good. */
  async #send() {
    while (this.#slices.size || !this.take.manifest || !this.#told) {
      const number = this.#next();
      if (number !== undefined) await this.#untilHeard(() => this.#sendOne(number));
      else if (!this.take.manifest) await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
      else if (await this.#confirmed()) break;
    }
    if (this.#refused.size) return false;
    await this.vault.erase(this.take.recording_id);
    return true;
  }

  /** The next number to send: what was refused comes after all that was not. */
  #next() {
    const times = (/** @type {number} */ number) => this.#refused.get(number) ?? 0;
    const open = [...this.#slices.keys()].filter((one) => !this.#sent.has(one) && times(one) < MOST_REFUSALS);
    return open.sort((a, b) => times(a) - times(b) || a - b)[0];
  }

  /** One slice; one that is refused never stops the others. @param {number} number */
  async #sendOne(number) {
    while (!this.backlog.mayGo(this)) await pause(YIELD_MS);
    const { sha256: hash } = /** @type {KeptSlice} */ (this.#slices.get(number));
    const body = await this.vault.slice(this.take.recording_id, number).catch(() => null);
    if (!body) return this.#refuse(number, "this browser has it no more", MOST_REFUSALS);
    try {
      const answer = await this.#put(number, body, hash);
      if (answer.sha256 !== hash) throw new TypeError("another slice was acknowledged");
    } catch (error) {
      if (!(error instanceof Refused) || !error.ofThis) throw error;
      // Something is there under this number already; the hash of the whole will say whether it is this.
      if (error.status !== 409) return this.#refuse(number, error.message, error.status === TOO_LARGE ? MOST_REFUSALS : 1);
      console.warn(`slice ${number} of answer ${this.take.number}: ${error.message}`);
    }
    this.#refused.delete(number);
    this.#sent.add(number);
    this.backlog.changed();
  }

  /** @param {number} number @param {string} why @param {number} times what it counts for */
  #refuse(number, why, times) {
    console.warn(`slice ${number} of answer ${this.take.number} is not taken: ${why}`);
    this.#refused.set(number, (this.#refused.get(number) ?? 0) + times);
    this.backlog.changed();
  }

  /** @param {number} number @param {ArrayBuffer} body @param {string} hash */
  async #put(number, body, hash) {
    const { status, text } = await sendPatiently(`${this.take.slices_url}/${number}`, body, {
      Authorization: `Bearer ${this.take.bearer}`,
      "Content-Type": "application/octet-stream",
      "Content-Digest": `sha-256=:${toBase64(fromHex(hash))}:`,
    });
    this.backlog.heard();
    if (status < 200 || status > 299) throw new Refused(status);
    return JSON.parse(text);
  }

  /** Say that this was all, and ask until the object store has confirmed it. @returns {Promise<boolean>} */
  async #confirmed() {
    const body = JSON.stringify(this.take.manifest);
    const told = await this.#untilHeard(() => this.#ask("/closing", { method: "POST", body }).catch((error) => {
      // It has heard another last word: what it has by now is to be seen all the same.
      if (error instanceof Refused && error.status === 409) return this.#ask("", { method: "GET" });
      throw error;
    }));
    this.#told = true;
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
    for (const number of this.#sent) this.#refused.delete(number);
    this.backlog.changed();
    return this.busy;
  }

  /**
   * True when the object store has every slice that is taken at all, by the hash of each unbroken row.
   * @param {{first: number, last: number, sha256: string}[]} kept
   */
  async #isKept(kept) {
    const proven = new Set();
    for (const { first, last, sha256: hash } of kept) {
      const row = Array.from({ length: last - first + 1 }, (_, at) => first + at);
      if (!row.every((number) => this.#slices.has(number))) continue;
      const whole = await this.vault.joined(this.take.recording_id, row).catch(() => null);
      if (!whole || (await sha256(whole)) !== hash) continue;
      for (const number of row) proven.add(number);
    }
    return [...this.#slices.keys()].every((number) => proven.has(number) || this.#refused.has(number));
  }

  /** The page's last word; its hash is that of all slices that are here. @param {number} count @param {number} seconds @param {boolean} complete */
  async #manifest(count, seconds, complete) {
    const here = (await this.vault.slices(this.take.recording_id)).map(({ number }) => number);
    const whole = await this.vault.joined(this.take.recording_id, here).catch(() => new ArrayBuffer(0));
    const { mime_type, started_ms, published_ms, parts = [], notes = [] } = this.take;
    const facts = { count, size: whole.byteLength, sha256: await sha256(whole), seconds, mime_type, started_ms, published_ms };
    return { ...facts, complete, parts, notes };
  }

  /** Ask until the recorder is heard; at once when the line is back. @template T @param {() => Promise<T>} ask */
  async #untilHeard(ask) {
    for (;;) {
      try {
        const answer = await ask();
        this.#attempt = 0;
        return answer;
      } catch (error) {
        if (error instanceof Refused && error.dead) throw error;
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
    this.#refused.clear();
    this.#told = false;
    this.backlog.changed();
  }

  /** @param {string} path @param {RequestInit} request */
  async #ask(path, request) {
    const response = await fetch(this.take.slices_url + path, {
      ...request,
      headers: { ...request.headers, Authorization: `Bearer ${this.take.bearer}` },
      signal: AbortSignal.timeout(ASK_MS),
    });
    this.backlog.heard();
    if (!response.ok) throw new Refused(response.status);
    return response.json();
  }
}
