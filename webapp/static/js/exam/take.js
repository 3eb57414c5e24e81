/**
 * One take of an answer: from the ticket to the last byte, over two roads that know nothing of each other. Knows no page.
 *
 * Live by WHIP: a session that breaks is opened anew for the same ticket for as long as the take lasts. In slices: the
 * browser records by itself and the backlog sends what it has. One road is enough. Both begin together when the live one
 * is up, and the slices begin alone when it takes too long.
 *
 * Events: `live` (what is said now is recorded), `interrupted` (it is not), `refused` (the take is closed), and `line`,
 * whose detail says whether what is said also arrives now.
 */

import { SliceRecorder } from "./slices.js";
import { WhipClient, WhipRefused } from "./whip.js";
import { backOffMs, pause } from "../ui/retry.js";

const CONNECT_MS = 10_000;
const PATIENCE_MS = 2000;
const ALONE_MS = 2500;
const LOCATE_AFTER = 2;
const CLOSED = 409;

/**
 * @typedef {object} Ticket
 * @property {string} recording_id
 * @property {number} number of the answer
 * @property {string | null} whip_url null where there is no live road
 * @property {string} slices_url
 * @property {string} bearer
 * @property {RTCIceServer[]} ice_servers
 */

export class Take extends EventTarget {
  #stopped = false;
  #live = false;
  #arrives = false;
  #recording = false;
  #attempts = 0;
  /** @type {WhipClient | null} */
  #session = null;
  /** @type {SliceRecorder | null} */
  #slices = null;
  /** @type {Promise<import("./backlog.js").Upload | null>} */
  #upload = Promise.resolve(null);
  /** @type {number[]} */
  #published = [];
  /** @type {number | undefined} */
  #alone;

  /** @param {MediaStream} stream @param {Ticket} ticket @param {import("./backlog.js").Backlog} backlog */
  constructor(stream, ticket, backlog) {
    super();
    this.stream = stream;
    this.ticket = ticket;
    this.backlog = backlog;
    backlog.addEventListener("roads", (event) => {
      const { recording_id, whip_url } = /** @type {CustomEvent} */ (event).detail;
      if (recording_id === ticket.recording_id) ticket.whip_url = whip_url;
    });
  }

  start() {
    if (this.ticket.whip_url) {
      this.#open(this.ticket.whip_url);
      this.#alone = setTimeout(() => this.#record(), ALONE_MS);
    } else {
      this.#record();
    }
  }

  /** Nothing more will be said. Resolves when every road has been told so, or cannot be. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#alone);
    await Promise.allSettled([this.#session?.close(), this.#endSlices()]);
  }

  /** Begin the slices, once; whether there are any. */
  #record() {
    clearTimeout(this.#alone);
    if (this.#stopped || this.#slices) return true;
    try {
      const recorder = new SliceRecorder(this.stream, async (...slice) => (await this.#upload)?.add(...slice));
      this.#slices = recorder;
      recorder.addEventListener("live", () => {
        this.#recording = true;
        this.#upload = this.#begin(recorder);
        this.#say();
      });
      recorder.addEventListener("broken", () => {
        this.#recording = false;
        this.#say();
      });
      recorder.start();
      return true;
    } catch (error) {
      console.warn(`this browser does not record by itself: ${error}`);
      return false;
    }
  }

  /** @param {SliceRecorder} recorder */
  #begin(recorder) {
    const { recording_id, number, slices_url, bearer } = this.ticket;
    const began = { mime_type: recorder.mimeType, started_ms: recorder.startedMs, published_ms: this.#published };
    return this.backlog.begin({ recording_id, number, slices_url, bearer, ...began, closing: null });
  }

  async #endSlices() {
    if (!this.#slices) return;
    const end = await this.#slices.stop();
    await (await this.#upload)?.close(end);
  }

  /** @param {string} url */
  async #open(url) {
    const { bearer, ice_servers: ice } = this.ticket;
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
      this.#published.push(performance.timeOrigin + performance.now());
      this.#arrives = true;
      this.#record();
      this.#say();
    });
    session.addEventListener("disconnected", () => {
      this.#lose();
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
        session.abandon();
        this.#lose();
        if (error.status === CLOSED || !this.#record()) this.#refuse();
      } else {
        retry(error instanceof WhipRefused ? error.retryAfterS : 0);
      }
    }
  }

  #refuse() {
    if (this.#stopped) return;
    this.dispatchEvent(new Event("refused"));
    this.stop();
  }

  /** @param {number} afterS */
  async #reopen(afterS) {
    this.#lose();
    const wait = Math.max(afterS * 1000, backOffMs(this.#attempts));
    this.#attempts += 1;
    await pause(wait);
    if (this.#attempts > LOCATE_AFTER && !this.#stopped) await this.backlog.locate(this.ticket.recording_id);
    if (!this.#stopped && this.ticket.whip_url) this.#open(this.ticket.whip_url);
  }

  #lose() {
    this.#arrives = false;
    this.#say();
  }

  #say() {
    if (this.#stopped) return;
    this.dispatchEvent(new CustomEvent("line", { detail: this.#arrives || !this.ticket.whip_url }));
    const live = this.#arrives || this.#recording;
    if (live === this.#live) return;
    this.#live = live;
    this.dispatchEvent(new Event(live ? "live" : "interrupted"));
  }
}
