/**
 * Brings what was written to the server, whenever there is one. Until then it stays sealed in this browser, through a
 * whole session without network. Entries and signatures have ids, so that what is sent twice is there once.
 */

import { Kept } from "../ui/kept.js";
import { backOffMs } from "../ui/retry.js";
import { LoggedOut, post, Refused } from "../ui/server.js";

const PREFIX = "vignet-checklist";
const SOON_MS = 800;
/** How often the page asks what another device wrote. */
const LOOK_MS = 15_000;

/** @typedef {import("./log.js").Entry} Entry */
/** @typedef {Entry & {participant: string}} Written */
/** @typedef {{participant: string, id: string, seen: string[]}} Signature */
/** @typedef {{device: string, entries: Written[], signatures: Signature[]}} Waiting */
/** @typedef {"saved" | "waiting" | "offline" | "out" | "refused"} How */

export class Saver {
  #timer = 0;
  #failures = 0;
  #busy = false;
  #stopped = false;
  /** The entries that are on their way: these may be there already. @type {Set<string>} */
  #going = new Set();

  /**
   * @param {{url: string, signUrl: string, id: string, kept: Kept<Waiting>, waiting: Waiting}} from
   * @param {{took: (sheets: Record<string, any>) => void, signed: (participant: string, result: any) => void,
   *          unsigned: (participant: string, why: string) => void, told: (how: How, text?: string) => void}} page
   */
  constructor(from, page) {
    this.from = from;
    this.waiting = from.waiting;
    this.page = page;
  }

  /** @param {HTMLElement} root @param {string} secret @param {string} id */
  static async open(root, secret, id) {
    const kept = await Kept.open(secret, PREFIX);
    const waiting = (await kept.get(id)) ?? { device: crypto.randomUUID().slice(0, 8), entries: [], signatures: [] };
    return { url: root.dataset.url ?? "", signUrl: root.dataset.sign ?? "", id, kept, waiting };
  }

  start() {
    addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => this.soon(0));
    addEventListener("beforeunload", (event) => {
      if (this.dirty) event.preventDefault();
    });
    setInterval(() => document.hidden || this.soon(0), LOOK_MS);
    this.soon(0);
  }

  get dirty() {
    return this.waiting.entries.length > 0 || this.waiting.signatures.length > 0;
  }

  /** True when no server can have this entry yet. @param {string} id */
  isFresh(id) {
    return !this.#going.has(id) && this.waiting.entries.some((one) => one.id === id);
  }

  /** @param {Written} entry @param {string} [instead] an entry that was never sent, and that this one takes the place of */
  write(entry, instead) {
    this.waiting.entries = [...this.waiting.entries.filter((one) => one.id !== instead), entry];
    this.#keep();
  }

  /** @param {Signature} signature */
  sign(signature) {
    this.waiting.signatures.push(signature);
    this.#keep();
    this.soon(0);
  }

  #keep() {
    if (this.dirty) this.from.kept.put(this.from.id, this.waiting);
    else this.from.kept.drop(this.from.id);
    if (!this.dirty) return;
    if (!this.#failures) this.page.told("waiting");
    this.soon(this.#failures ? backOffMs(this.#failures) : SOON_MS);
  }

  /** @param {number} ms */
  soon(ms) {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#send(), ms);
  }

  async #send() {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    const entries = [...this.waiting.entries];
    this.#going = new Set(entries.map((one) => one.id));
    try {
      const answer = await post(`${this.from.url}/bewaren`, { entries });
      this.waiting.entries = this.waiting.entries.filter((one) => !this.#going.has(one.id));
      this.#going.clear();
      this.page.took(answer.sheets);
      await this.#sendSignatures();
      this.#failures = 0;
      this.#keep();
      if (!this.dirty) this.page.told("saved", answer.saved_at);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#busy = false;
    }
  }

  async #sendSignatures() {
    for (const one of [...this.waiting.signatures]) {
      // What was written after it was signed here goes first; a sheet that is signed cannot be written on.
      if (this.waiting.entries.some((entry) => entry.participant === one.participant)) continue;
      try {
        const answer = await post(`${this.from.signUrl}/${one.participant}/ondertekenen`, { id: one.id, seen: one.seen });
        this.#forget(one);
        this.page.signed(one.participant, answer.result);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.#forget(one);
        this.page.unsigned(one.participant, error.message);
      }
    }
  }

  /** @param {Signature} signature */
  #forget(signature) {
    this.waiting.signatures = this.waiting.signatures.filter((one) => one !== signature);
  }

  /** @param {unknown} error */
  #failed(error) {
    if (error instanceof Refused) {
      this.#stopped = true;
      this.page.told("refused", error.message);
      return;
    }
    this.page.told(error instanceof LoggedOut ? "out" : "offline");
    this.soon(backOffMs(this.#failures++));
  }
}
