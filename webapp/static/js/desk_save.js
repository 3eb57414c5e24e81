/**
 * Saves the desk by itself, within two seconds of a change. What could not be sent waits in this browser and is sent
 * later, also when the page was closed in between.
 */

import { copy, join, same } from "./desk_state.js";

/** @typedef {import("./desk_state.js").State} State */

const SOON_MS = 600;
const AGAIN_MS = [1000, 2000, 4000, 5000];

/** The server said no, and its sentence is the message. */
export class Refused extends Error {
  /** @param {string} message @param {any} answer */
  constructor(message, answer) {
    super(message);
    this.answer = answer;
  }
}

/** The log-in has ended; nothing is lost. */
export class LoggedOut extends Error {}

/** The server cannot be reached or is broken for now. */
export class Unreachable extends Error {}

/** @param {string} url @param {unknown} body @param {boolean} [keepalive] also when the page goes away */
export async function send(url, body, keepalive = false) {
  const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      keepalive,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
      signal: keepalive ? undefined : AbortSignal.timeout(15_000),
    });
  } catch {
    throw new Unreachable();
  }
  if (response.status === 204) return null;
  const json = response.headers.get("Content-Type")?.startsWith("application/json");
  if (response.redirected || response.status === 401 || (response.ok && !json)) throw new LoggedOut();
  if (response.status >= 500 || response.status === 429 || !json) throw new Unreachable();
  const answer = await response.json();
  if (answer.rule === "csrf") throw new LoggedOut();
  if (!response.ok) throw new Refused(answer.error, answer);
  return answer;
}

export class Saver {
  #timer = 0;
  #failures = 0;
  /** @type {Promise<void> | null} */
  #running = null;

  /**
   * @param {string} url @param {string} id @param {State} known what the server had when the page was made
   * @param {{told: (kind: "saved" | "waiting" | "offline" | "out" | "refused", text?: string) => void,
   *          joined: (clashes: string[]) => void}} page
   */
  constructor(url, id, known, page) {
    this.url = url;
    this.key = `vignet-desk-${id}`;
    this.known = copy(known);
    this.state = copy(known);
    this.page = page;
    this.online = () => this.#soon(0);
    addEventListener("online", this.online);
    this.#restore();
  }

  /** What waits in this browser since an earlier visit is joined with what the server has. */
  #restore() {
    const kept = localStorage.getItem(this.key);
    if (!kept) return;
    try {
      const { base, mine } = JSON.parse(kept);
      this.state = join(base, mine, this.known).state;
      this.touched();
    } catch {
      localStorage.removeItem(this.key);
    }
  }

  get dirty() {
    return !same(this.state, this.known);
  }

  /** Something changed: keep it here at once, and send it soon. */
  touched() {
    if (!this.dirty) {
      localStorage.removeItem(this.key);
      return;
    }
    localStorage.setItem(this.key, JSON.stringify({ base: this.known, mine: this.state }));
    this.page.told("waiting");
    this.#soon(SOON_MS);
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
      const answer = await send(`${this.url}/bewaren`, { ...sent, version: this.known.version });
      this.known = { ...sent, version: answer.version };
      this.#failures = 0;
      if (this.dirty) localStorage.setItem(this.key, JSON.stringify({ base: this.known, mine: this.state }));
      else localStorage.removeItem(this.key);
      this.page.told("saved", answer.saved_at);
    } catch (error) {
      if (error instanceof Refused && error.answer.now) return this.#behind(error.answer.now);
      if (error instanceof Refused) this.page.told("refused", error.message);
      else {
        const wait = AGAIN_MS[Math.min(this.#failures++, AGAIN_MS.length - 1)];
        this.page.told(error instanceof LoggedOut ? "out" : "offline");
        this.#soon(wait);
      }
      throw error;
    }
  }

  /** Another window saved first: join, show, and send what came out. @param {State} theirs */
  #behind(theirs) {
    const { state, clashes } = join(this.known, this.state, theirs);
    this.known = copy(theirs);
    this.state = state;
    localStorage.setItem(this.key, JSON.stringify({ base: this.known, mine: this.state }));
    this.page.joined(clashes);
  }

  /** The page goes away: send what waits, without waiting for the answer. */
  leave() {
    clearTimeout(this.#timer);
    removeEventListener("online", this.online);
    if (this.dirty) send(`${this.url}/bewaren`, { ...this.state, version: this.known.version }, true).catch(() => {});
  }
}
