/**
 * One take of an answer: from the ticket to the last byte, over whatever roads there are. Knows no page.
 *
 * Today there is one road, live by WHIP. A road that breaks is opened anew for the same ticket for as long as the take
 * lasts. Events: `live` (what is said now arrives), `interrupted` (it does not), `refused` (the ticket is dead).
 */

import { WhipClient, WhipRefused } from "./whip.js";

const BACK_OFF_S = [0, 1, 3, 5];
const CONNECT_MS = 10_000;
const PATIENCE_MS = 2000;

/**
 * @typedef {object} Ticket
 * @property {string} recording_id
 * @property {string} whip_url
 * @property {string} bearer
 * @property {RTCIceServer[]} ice_servers
 */

export class Take extends EventTarget {
  #stopped = false;
  #live = false;
  #attempts = 0;
  /** @type {WhipClient | null} */
  #session = null;
  /** @type {number | undefined} */
  #timer;

  /** @param {MediaStream} stream @param {Ticket} ticket */
  constructor(stream, ticket) {
    super();
    this.stream = stream;
    this.ticket = ticket;
  }

  start() {
    this.#open();
  }

  /** Nothing more will be said. Resolves when every road has been told so, or cannot be. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#session?.close().catch(() => {});
  }

  async #open() {
    const { whip_url: url, bearer, ice_servers: ice } = this.ticket;
    const session = new WhipClient(url, bearer, ice);
    let over = false;
    const retry = (/** @type {number} */ afterS = 0) => {
      if (over) return;
      over = true;
      if (this.#session !== session) session.abandon();
      this.#reopen(afterS);
    };
    session.addEventListener("connected", () => {
      const newest = this.#session === session;
      if (this.#stopped || (over && !newest)) return session.abandon();
      if (!newest) this.#session?.abandon();
      this.#session = session;
      this.#attempts = 0;
      this.#say(true);
    });
    session.addEventListener("disconnected", () => {
      this.#say(false);
      setTimeout(() => session.connected || retry(), PATIENCE_MS);
    });
    session.addEventListener("failed", () => retry());
    setTimeout(() => session.connected || retry(), CONNECT_MS);
    try {
      await session.publish(this.stream);
      if (this.#stopped) await session.close().catch(() => {});
    } catch (error) {
      if (error instanceof WhipRefused && error.forGood) {
        over = true;
        this.#stopped = true;
        session.abandon();
        this.dispatchEvent(new Event("refused"));
      } else {
        retry(error instanceof WhipRefused ? error.retryAfterS : 0);
      }
    }
  }

  /** @param {number} afterS */
  #reopen(afterS) {
    this.#say(false);
    if (this.#stopped) return;
    const wait = Math.max(afterS, BACK_OFF_S[Math.min(this.#attempts, BACK_OFF_S.length - 1)]);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#open(), wait * 1000);
  }

  /** @param {boolean} live */
  #say(live) {
    if (this.#stopped || live === this.#live) return;
    this.#live = live;
    this.dispatchEvent(new Event(live ? "live" : "interrupted"));
  }
}
