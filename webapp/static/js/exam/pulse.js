/**
 * Tells that camera and microphone really give something, by counting what comes out of them: a browser that says
 * "recording" may be recording nothing. Knows no page.
 *
 * Events, whose detail has `part` (camera or microphone): `lost`, `sinceMs` and `why` (ended; silent: nothing comes;
 * still: the very same picture again and again); `mute`, with `on`: the microphone gives perfect silence, or no longer. And
 * `resized`, whose detail has `width` and `height`.
 */

import { listenToSamples } from "./sound.js";

/** @typedef {"camera" | "microphone"} Part */
/** @typedef {"ended" | "silent" | "still"} Why */

const LOOK_MS = 250;
const SILENT_MS = 2300;
const STILL_MS = 2500;
const MUTE_MS = 2500;
// A page that was asleep, or too busy to look, has seen nothing.
const ASLEEP_MS = 1500;
const UNCOUNTED_MS = 600;
const FIRST_MS = 5000;
const [WIDTH, HEIGHT] = [64, 36];

/** Counts what one track gives. Where the browser does not count (Firefox), a microphone is known by its sound alone. */
class Counter {
  #found = 0;
  #zero = false;
  /** @type {Uint8ClampedArray | null} */
  #before = null;
  /** @type {() => void} */
  #deaf = () => {};

  /** @param {MediaStreamTrack} track */
  constructor(track) {
    this.track = track;
    this.part = /** @type {Part} */ (track.kind === "video" ? "camera" : "microphone");
    this.beatMs = this.movedMs = this.heardMs = this.lookedMs = performance.now();
    const stream = new MediaStream([track]);
    if (this.part === "camera") {
      // Also what lets the track count: without anybody who looks, some browsers give nothing.
      this.picture = document.createElement("video");
      this.picture.muted = true;
      this.picture.srcObject = stream;
      this.picture.play().catch(() => {});
      this.paper = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT })
        .getContext("2d", { willReadFrequently: true });
    } else {
      this.#deaf = listenToSamples(stream, (samples) => (this.#zero = samples.every((sample) => sample === 0)));
    }
  }

  close() {
    this.#deaf();
    if (this.picture) this.picture.srcObject = null;
  }

  /** True when something came since the last look. */
  look() {
    const now = performance.now();
    if (now - this.lookedMs > ASLEEP_MS) this.beatMs = this.movedMs = this.heardMs = now;
    this.lookedMs = now;
    const count = this.#count();
    const came = count !== this.#found;
    this.#found = count;
    if (came || !this.counts) this.beatMs = now;
    if (this.#moved()) this.movedMs = now;
    if (!this.#zero) this.heardMs = now;
    return came;
  }

  /** Why it is of no use, if it is. @returns {Why | null} */
  get fault() {
    if (this.track.readyState === "ended") return "ended";
    if (this.lookedMs - this.beatMs > SILENT_MS) return "silent";
    return this.lookedMs - this.movedMs > STILL_MS ? "still" : null;
  }

  /** Since when it gives nothing, or nothing new. */
  get sinceMs() {
    return Math.min(this.beatMs, this.movedMs);
  }

  get mute() {
    return this.lookedMs - this.heardMs > MUTE_MS;
  }

  /** True when anything is counted here. A page that nobody sees shows no pictures, so that those are not counted then. */
  get counts() {
    return this.#counted !== undefined || Boolean(this.picture && this.#shown && !document.hidden);
  }

  get #counted() {
    return /** @type {any} */ (this.track).stats?.totalFrames;
  }

  get #shown() {
    return this.picture?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  }

  #count() {
    return this.#counted ?? this.#shown;
  }

  /** True when the picture is another one than at the last look. A real camera never gives the same one twice. */
  #moved() {
    if (!this.picture || !this.paper || this.picture.readyState < 2 || document.hidden) return true;
    this.paper.drawImage(this.picture, 0, 0, WIDTH, HEIGHT);
    const { data } = this.paper.getImageData(0, 0, WIDTH, HEIGHT);
    const same = this.#before?.every((value, at) => value === data[at]);
    this.#before = data;
    return !same;
  }
}

export class Pulse extends EventTarget {
  /** @type {Map<Part, Counter>} */
  #counters = new Map();
  /** @type {Set<Part>} */
  #lost = new Set();
  #mute = false;

  /** @param {MediaStream} stream */
  constructor(stream) {
    super();
    for (const track of stream.getTracks()) this.watch(track);
    this.timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Watch this track, in place of the one of its kind. @param {MediaStreamTrack} track */
  watch(track) {
    const counter = new Counter(track);
    this.#counters.get(counter.part)?.close();
    this.#counters.set(counter.part, counter);
    this.#lost.delete(counter.part);
    track.addEventListener("ended", () => this.#look());
    let known = "";
    counter.picture?.addEventListener("resize", () => {
      const { videoWidth: width, videoHeight: height } = /** @type {HTMLVideoElement} */ (counter.picture);
      if (known && known !== `${width}×${height}`) this.dispatchEvent(new CustomEvent("resized", { detail: { width, height } }));
      known = `${width}×${height}`;
    });
  }

  close() {
    clearInterval(this.timer);
    for (const counter of this.#counters.values()) counter.close();
  }

  #look() {
    for (const [part, counter] of this.#counters) {
      counter.look();
      const why = this.#lost.has(part) ? null : counter.fault;
      if (why) {
        this.#lost.add(part);
        this.dispatchEvent(new CustomEvent("lost", { detail: { part, why, sinceMs: counter.sinceMs } }));
      }
    }
    const microphone = this.#counters.get("microphone");
    const mute = Boolean(microphone?.mute && !this.#lost.has("microphone"));
    if (mute !== this.#mute) this.dispatchEvent(new CustomEvent("mute", { detail: { part: "microphone", on: mute } }));
    this.#mute = mute;
  }
}

/**
 * When this track gives something, in milliseconds from now; null when it does not within so long, or nobody counts.
 * @param {MediaStreamTrack} track @param {number} withinMs
 */
async function firstBeat(track, withinMs) {
  const counter = new Counter(track);
  const began = performance.now();
  const passed = () => performance.now() - began;
  try {
    counter.look();
    while (track.readyState === "live" && passed() < withinMs) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (counter.look()) return Math.round(passed());
      if (!counter.counts && passed() > UNCOUNTED_MS) return null;
    }
    return counter.counts ? Infinity : null;
  } finally {
    counter.close();
  }
}

/** True when this track gives anything within so long, as far as anybody counts. @param {MediaStreamTrack} track @param {number} withinMs */
export async function beats(track, withinMs) {
  const at = await firstBeat(track, withinMs);
  return track.readyState === "live" && at !== Infinity;
}

/**
 * When the first picture and the first sound come, in milliseconds from now; null where nobody counts.
 * @param {MediaStream} stream @returns {Promise<{picture: number | null, sound: number | null}>}
 */
export async function firsts(stream) {
  const when = async (/** @type {MediaStreamTrack | undefined} */ track) => (track ? await firstBeat(track, FIRST_MS) : null);
  const [picture, sound] = await Promise.all([when(stream.getVideoTracks()[0]), when(stream.getAudioTracks()[0])]);
  return { picture, sound };
}
