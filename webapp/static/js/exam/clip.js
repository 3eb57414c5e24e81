/**
 * A filmed situation that plays under a rule: whole in memory before it starts, no pausing, no seeking, once.
 *
 * Events: `ended`; `stalled` with the seconds that it stood still while it should have moved.
 */

import { liftCaptions } from "../ui/captions.js";

const LOOK_MS = 250;
const ASLEEP_MS = 3000;

export class Clip extends EventTarget {
  #playing = false;
  /** @type {string[]} */
  #addresses = [];
  /** @type {number | undefined} */
  #timer;

  /** @param {HTMLVideoElement} video @param {number} stallS how long a standstill counts as a stall */
  constructor(video, stallS) {
    super();
    this.video = video;
    this.stallMs = stallS * 1000;
    this.onEnd = () => this.#end();
    this.onPause = () => this.#playing && !video.ended && video.play().catch(() => {});
    video.addEventListener("ended", this.onEnd);
    video.addEventListener("pause", this.onPause);
  }

  /**
   * Fetch film and captions. Raises an error when one of them does not come whole.
   * @param {{url: string, captions: string}} addresses @param {(share: number) => void} progress @param {AbortSignal} signal
   */
  async load({ url, captions }, progress, signal) {
    const [film, words] = await Promise.all([whole(url, progress, signal), whole(captions, () => {}, signal)]);
    this.#addresses = [URL.createObjectURL(film), URL.createObjectURL(words)];
    const ready = new Promise((resolve, reject) => {
      this.video.addEventListener("canplaythrough", resolve, { once: true, signal });
      this.video.addEventListener("error", () => reject(new Error("film")), { once: true, signal });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    // A track keeps the captions of the clip before when it only gets another address.
    const track = this.video.querySelector("track");
    const fresh = /** @type {HTMLTrackElement} */ (track?.cloneNode());
    fresh.src = this.#addresses[1];
    liftCaptions(fresh);
    track?.replaceWith(fresh);
    this.video.src = this.#addresses[0];
    this.video.load();
    await ready;
  }

  /** Must be called while a press of a button is handled: it makes sound. */
  async play() {
    this.#deafToMediaKeys();
    this.video.currentTime = 0;
    this.#playing = true;
    await this.video.play();
    this.#watch();
  }

  /** @param {boolean} on */
  showCaptions(on) {
    for (const track of this.video.textTracks) track.mode = on ? "showing" : "hidden";
  }

  close() {
    this.#end(true);
    this.video.removeEventListener("ended", this.onEnd);
    this.video.removeEventListener("pause", this.onPause);
    this.video.removeAttribute("src");
    this.video.load();
    this.#addresses.forEach((address) => URL.revokeObjectURL(address));
  }

  /** A standstill is measured on the film's own time. A laptop that slept did not stall: nobody was looking. */
  #watch() {
    let before = this.video.currentTime;
    let looked = performance.now();
    let stoodMs = 0;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const passed = now - looked;
      looked = now;
      stoodMs = this.video.currentTime !== before || passed > ASLEEP_MS ? 0 : stoodMs + passed;
      before = this.video.currentTime;
      if (stoodMs < this.stallMs) return;
      this.#end(true);
      this.video.pause();
      this.dispatchEvent(new CustomEvent("stalled", { detail: Math.round(stoodMs) / 1000 }));
    }, LOOK_MS);
  }

  #deafToMediaKeys() {
    for (const action of /** @type {const} */ (["play", "pause", "stop", "seekbackward", "seekforward", "seekto"])) {
      navigator.mediaSession?.setActionHandler(action, () => {});
    }
  }

  /** @param {boolean} silently */
  #end(silently = false) {
    clearInterval(this.#timer);
    if (this.#playing && !silently) this.dispatchEvent(new Event("ended"));
    this.#playing = false;
  }
}

/** @param {string} url @param {(share: number) => void} progress @param {AbortSignal} signal */
async function whole(url, progress, signal) {
  const response = await fetch(url, { signal });
  if (!response.ok || !response.body) throw new Error(`${response.status}`);
  const size = Number(response.headers.get("Content-Length"));
  const type = response.headers.get("Content-Type") ?? "";
  const parts = [];
  let had = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    had += value.length;
    if (size) progress(had / size);
  }
  if (size && had < size && !response.headers.has("Content-Encoding")) throw new Error("cut off");
  return new Blob(parts, { type });
}
