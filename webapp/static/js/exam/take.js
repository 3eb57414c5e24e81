/**
 * One take of an answer: from the ticket to the last byte, over two roads that know nothing of each other. Knows no page.
 *
 * Live by WHIP: a session that breaks is opened anew for the same ticket for as long as the take lasts. In slices: the
 * browser records by itself and the backlog sends what it has. One road is enough. Both begin together when the live one
 * is up, and the slices begin alone when it takes too long.
 *
 * Devices are watched all the time: one that gives nothing any more is opened again, or another one in its place, and
 * both roads go on with it. What was seen of all this goes with the take.
 *
 * Events: `live` (what is said now is recorded), `interrupted` (it is not; the detail names the device
 * that gives nothing and since when, or is null), `refused` (the take is closed), `line`, whose detail says whether what is said also arrives now, and `mute`, whose
 * detail says whether the microphone gives perfect silence.
 */

import { Mender } from "./mend.js";
import { firsts } from "./pulse.js";
import { SliceRecorder } from "./slices.js";
import { WhipClient, WhipRefused } from "./whip.js";
import { backOffMs, pause } from "../ui/retry.js";

const CONNECT_MS = 10_000;
const PATIENCE_MS = 2000;
const ALONE_MS = 2500;
const LOCATE_AFTER = 2;
const CLOSED = 409;
const MOST_STALLS = 3;
const MOST_NOTES = 100;

/**
 * @typedef {object} Ticket
 * @property {string} recording_id
 * @property {number} number of the answer
 * @property {string | null} whip_url null where there is no live road
 * @property {string} slices_url
 * @property {string} bearer
 * @property {RTCIceServer[]} ice_servers
 */

/** @typedef {{at_ms: number, what: string, value?: number}} Note what the page saw, and when (Unix epoch) */

export class Take extends EventTarget {
  #stopped = false;
  /** What was said last: "live", or what is wrong. */
  #said = "";
  #stalls = 0;
  /** @type {Note[]} */
  #notes = [];
  /** @type {Mender | null} */
  #mender = null;
  #arrives = false;
  #recording = false;
  #attempts = 0;
  /** @type {WhipClient | null} */
  #session = null;
  /** @type {SliceRecorder | null} */
  #slices = null;
  /** @type {Promise<import("./upload.js").Upload | null>} */
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
    this.#watch();
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
    this.#mender?.close();
    await Promise.allSettled([this.#session?.close(), this.#endSlices()]);
  }

  #watch() {
    const mender = new Mender(this.stream);
    this.#mender = mender;
    mender.addEventListener("saw", (event) => {
      const { what, value } = /** @type {CustomEvent} */ (event).detail;
      this.#note(what, value);
    });
    mender.addEventListener("lost", () => this.#say());
    mender.addEventListener("back", (event) => this.#goOn(/** @type {CustomEvent} */ (event).detail));
    mender.addEventListener("mute", (event) => {
      this.dispatchEvent(new CustomEvent("mute", { detail: /** @type {CustomEvent} */ (event).detail }));
    });
    mender.addEventListener("resized", () => {
      if (this.#recording && this.#slices && !this.#slices.takesNewSizes) this.#again();
    });
  }

  /** Both roads go on with another track. @param {MediaStreamTrack} track */
  async #goOn(track) {
    await this.#session?.replace(track).catch((error) => console.warn(`the live road keeps the old device: ${error}`));
    await this.#again();
    this.#say();
  }

  /** The slices begin anew, with the tracks that there are now. */
  async #again() {
    await this.#slices?.again().catch((error) => {
      this.#recording = false;
      this.#note("recorder_broken");
      console.warn(`the slices do not begin again: ${error}`);
    });
  }

  /** @param {string} what @param {number} [value] */
  #note(what, value) {
    if (this.#notes.length >= MOST_NOTES) return;
    this.#notes.push({ at_ms: Math.round(performance.timeOrigin + performance.now()), what, ...(value === undefined ? {} : { value }) });
    this.#upload.then((upload) => upload?.remember()).catch(() => {});
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
        if (recorder.parts.length === 1) this.#upload = this.#begin(recorder);
        else this.#upload.then((upload) => upload?.remember());
        this.#say();
      });
      recorder.addEventListener("broken", () => {
        this.#recording = false;
        this.#note("recorder_broken");
        this.#say();
        this.#revive();
      });
      recorder.addEventListener("stalled", () => {
        this.#note("recorder_stalled");
        this.#revive();
      });
      recorder.start();
      this.#noteFirsts();
      return true;
    } catch (error) {
      console.warn(`this browser does not record by itself: ${error}`);
      return false;
    }
  }

  /** A recorder that gives nothing, or has ended, begins anew; not for ever, and not while a device is to blame. */
  #revive() {
    if (this.#stopped || this.#mender?.lost || this.#stalls >= MOST_STALLS) return;
    this.#stalls += 1;
    this.#again().then(() => this.#say());
  }

  /** In a file that starts both at 0, whatever came first, this is all that tells them apart. */
  async #noteFirsts() {
    const { picture, sound } = await firsts(this.stream);
    if (this.#stopped) return;
    for (const [what, at] of /** @type {const} */ ([["first_picture_ms", picture], ["first_sound_ms", sound]])) {
      if (at !== null && Number.isFinite(at)) this.#note(what, at);
    }
  }

  /** @param {SliceRecorder} recorder */
  #begin(recorder) {
    const { recording_id, number, slices_url, bearer } = this.ticket;
    const began = { mime_type: recorder.mimeType, started_ms: recorder.startedMs, published_ms: this.#published };
    const seen = { parts: recorder.parts, notes: this.#notes };
    return this.backlog.begin({ recording_id, number, slices_url, bearer, ...began, ...seen, manifest: null });
  }

  async #endSlices() {
    if (!this.#slices) return;
    const end = await this.#slices.stop();
    // Where no slice came, what was seen is told all the same.
    const upload = (await this.#upload) ?? (this.#notes.length ? await this.#begin(this.#slices) : null);
    await upload?.close(end);
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
    const lost = this.#mender?.lost;
    const said = lost?.part ?? (this.#arrives || this.#recording ? "live" : "line");
    if (said === this.#said || (said === "line" && !this.#said)) return;
    this.#said = said;
    if (said === "live") this.dispatchEvent(new Event("live"));
    else this.dispatchEvent(new CustomEvent("interrupted", { detail: lost ?? null }));
  }
}
