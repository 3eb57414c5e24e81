/**
 * Saves the desk by itself, within two seconds of a change. What could not be sent waits in this browser and is sent
 * later, also when the page was closed in between.
 */

import { copy, join, same } from "./state.js";
import { Kept } from "../ui/kept.js";
import { backOffMs } from "../ui/retry.js";
import { LoggedOut, post, Refused } from "../ui/server.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{url: string, base: State, mine: State}} Waiting what the server had, and what was made of it here */
/** @typedef {Kept<Waiting>} Keep */

const PREFIX = "vignet-desk-kept";
const SOON_MS = 600;

/** This person's work that waits in this browser. @param {string} secret 32 bytes as base64 @returns {Promise<Keep>} */
export function openKeep(secret) {
  return Kept.open(secret, PREFIX);
}

export class Saver {
  #timer = 0;
  #failures = 0;
  /** @type {Promise<void> | null} */
  #running = null;

  /**
   * @param {string} url @param {string} id @param {State} known what the server had when the page was made
   * @param {{keep: Keep, kept: Waiting | null, told: (kind: "saved" | "waiting" | "offline" | "out" | "refused", text?: string) => void,
   *          joined: (clashes: string[]) => void, seen?: () => [number, number][]}} page
   *   `kept`: what waits in this browser since an earlier visit; `seen`: what of the recording was played
   */
  constructor(url, id, known, page) {
    this.url = url;
    this.id = id;
    this.known = copy(known);
    this.state = page.kept ? join(page.kept.base, page.kept.mine, known).state : copy(known);
    this.page = page;
    this.online = () => this.#soon(0);
    addEventListener("online", this.online);
    if (page.kept) this.touched();
  }

  get dirty() {
    return !same(this.state, this.known);
  }

  /** Something changed: keep it here at once, and send it soon. */
  touched() {
    this.#keep();
    if (!this.dirty) return;
    this.page.told("waiting");
    this.#soon(SOON_MS);
  }

  #keep() {
    const { keep } = this.page;
    if (this.dirty) keep.put(this.id, { url: this.url, base: this.known, mine: this.state });
    else keep.drop(this.id);
  }

  /** What is here now, made on top of what the server had. */
  #body() {
    return { ...this.state, version: this.known.version, seen: this.page.seen?.() ?? [] };
  }

  /** @param {number} ms */
  #soon(ms) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.flush().catch(() => {}), ms);
  }

  /** Send what is not saved yet; when it answers, everything is saved. Throws what stood in the way. */
  async flush() {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running.catch(() => {});
    if (!this.dirty) return;
    this.#running = this.#send();
    try {
      await this.#running;
    } finally {
      this.#running = null;
    }
    if (this.dirty) await this.flush();
  }

  async #send() {
    const sent = copy(this.state);
    try {
      const answer = await post(`${this.url}/bewaren`, this.#body());
      this.known = { ...sent, version: answer.version };
      this.#failures = 0;
      this.#keep();
      this.page.told("saved", answer.saved_at);
    } catch (error) {
      if (error instanceof Refused && error.answer.now) return this.#behind(error.answer.now);
      if (error instanceof Refused) this.page.told("refused", error.message);
      else {
        this.page.told(error instanceof LoggedOut ? "out" : "offline");
        this.#soon(backOffMs(this.#failures++));
      }
      throw error;
    }
  }

  /** Another window saved first: join, show, and send what came out. @param {State} theirs */
  #behind(theirs) {
    const { state, clashes } = join(this.known, this.state, theirs);
    this.known = copy(theirs);
    this.state = state;
    this.#keep();
    this.page.joined(clashes);
  }

  /** Save and sign in one question; what the server answers. Throws what stood in the way. */
  async sign() {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running.catch(() => {});
    try {
      const answer = await post(`${this.url}/ondertekenen`, this.#body());
      this.known = copy(this.state);
      this.#keep();
      return answer;
    } catch (error) {
      if (error instanceof Refused && error.answer.now) this.#behind(error.answer.now);
      if (this.dirty) this.#soon(SOON_MS);
      throw error;
    }
  }

  /** The desk goes on without this answer. What waits stays in this browser, and `sendKept` sends it. */
  leave() {
    clearTimeout(this.#timer);
    removeEventListener("online", this.online);
  }

  /** The page goes away: send what waits, without waiting for the answer. */
  part() {
    this.leave();
    if (this.dirty) post(`${this.url}/bewaren`, this.#body(), { leaving: true }).catch(() => {});
  }
}

/**
 * Send what waits in this browser of other answers than `except`; how many were sent.
 * @param {Keep} keep @param {string} [except]
 */
export async function sendKept(keep, except) {
  let sent = 0;
  for (const id of keep.ids) {
    const kept = id === except ? null : await keep.get(id);
    if (!kept) continue;
    const saver = new Saver(kept.url, id, kept.base, { keep, kept, told: () => {}, joined: () => {} });
    try {
      await saver.flush();
      sent += 1;
    } catch (error) {
      // Signed in another window, or given to somebody else: it can never be saved any more.
      if (error instanceof Refused) keep.drop(id);
    } finally {
      saver.leave();
    }
  }
  return sent;
}
