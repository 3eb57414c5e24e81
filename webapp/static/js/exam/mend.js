/**
 * Keeps camera and microphone of a stream giving: one that gives nothing any more is opened again, or another one in its
 * place, and stands in the stream from then on. Knows no page.
 *
 * Events: `lost` (one gives nothing), `back` (it does again; the detail is the new track), `mute` (whether the microphone
 * gives perfect silence), `resized` (the picture has another size), and `saw`, whose detail says in one word each thing
 * that was seen, and a number with it where there is one.
 */

import { reopen } from "./devices.js";
import { beats, Pulse } from "./pulse.js";
import { backOffMs } from "../ui/retry.js";

/** @typedef {import("./pulse.js").Part} Part */

const BEAT_MS = 2000;

export class Mender extends EventTarget {
  #closed = false;
  #still = false;
  /** Devices that give nothing now, and since when. @type {Map<Part, number>} */
  #lost = new Map();

  /** @param {MediaStream} stream */
  constructor(stream) {
    super();
    this.stream = stream;
    this.pulse = new Pulse(stream);
    this.pulse.addEventListener("lost", (event) => this.#lose(/** @type {CustomEvent} */ (event).detail));
    this.pulse.addEventListener("mute", (event) => {
      const { on } = /** @type {CustomEvent} */ (event).detail;
      this.#saw(on ? "microphone_mute" : "microphone_heard");
      this.dispatchEvent(new CustomEvent("mute", { detail: on }));
    });
    this.pulse.addEventListener("resized", (event) => {
      const { width, height } = /** @type {CustomEvent} */ (event).detail;
      this.#saw("picture_width", width);
      this.#saw("picture_height", height);
      this.dispatchEvent(new Event("resized"));
    });
  }

  /** A device that gives nothing now, and since when by the browser's steady clock; undefined when both give. */
  get lost() {
    const [first] = this.#lost;
    return first && { part: first[0], sinceMs: first[1] };
  }

  close() {
    this.#closed = true;
    this.pulse.close();
  }

  /** @param {{part: Part, why: import("./pulse.js").Why, sinceMs: number}} lost */
  #lose({ part, why, sinceMs }) {
    // A picture that never moves may be all there is to see: once is enough.
    if (this.#lost.has(part) || (why === "still" && this.#still)) return;
    this.#still ||= why === "still";
    this.#lost.set(part, sinceMs);
    this.#saw(`${part}_${why}`);
    this.dispatchEvent(new Event("lost"));
    this.#mend(part).catch((error) => console.warn(`the ${part} is not mended: ${error}`));
  }

  /** @param {Part} part */
  async #mend(part) {
    for (let attempt = 0; !this.#closed; attempt += 1) {
      const track = await this.#opened(part);
      if (track) {
        this.#exchange(part, track);
        return;
      }
      await changed(backOffMs(attempt));
    }
  }

  /** A track that gives something, or null. @param {Part} part */
  async #opened(part) {
    // A device that hangs is let go of first: some are had only once.
    for (const old of tracksOf(this.stream, part)) old.stop();
    const track = await reopen(part).catch(() => null);
    if (track && (await beats(track, BEAT_MS)) && !this.#closed) return track;
    track?.stop();
    return null;
  }

  /** @param {Part} part @param {MediaStreamTrack} track */
  #exchange(part, track) {
    for (const old of tracksOf(this.stream, part)) this.stream.removeTrack(old);
    this.stream.addTrack(track);
    this.pulse.watch(track);
    this.#lost.delete(part);
    this.#saw(`${part}_back`);
    this.dispatchEvent(new CustomEvent("back", { detail: track }));
  }

  /** @param {string} what @param {number} [value] */
  #saw(what, value) {
    this.dispatchEvent(new CustomEvent("saw", { detail: { what, value } }));
  }
}

/** @param {MediaStream} stream @param {Part} part */
function tracksOf(stream, part) {
  return part === "camera" ? stream.getVideoTracks() : stream.getAudioTracks();
}

/** Wait so long, or until somebody plugs something in or out. @param {number} ms @returns {Promise<void>} */
function changed(ms) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      navigator.mediaDevices.removeEventListener("devicechange", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    navigator.mediaDevices.addEventListener("devicechange", over);
  });
}
