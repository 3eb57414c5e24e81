/**
 * Records a stream in short slices, in the form that costs the least to work with later. Knows no page.
 *
 * Events: `live` (the recording runs), `broken` (it has ended by itself).
 */

const KINDS = ["video/webm;codecs=h264,opus", "video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];
// What a browser that dies may take along, while two seconds may be missing; each slice costs the recorder a request.
const SLICE_MS = 1500;
const VIDEO_BPS = 1_500_000;
const AUDIO_BPS = 64_000;
const KEYFRAME_MS = 2000;
const LAST_SLICE_MS = 250;

/** The first kind of file that this browser records: H.264, whose picture need not be coded again, before VP8. */
export function recordedKind() {
  return KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) ?? "";
}

export class SliceRecorder extends EventTarget {
  #stopped = false;
  #began = 0;
  #count = 0;
  /** @type {Promise<unknown>} */
  #keeping = Promise.resolve();

  /**
   * @param {MediaStream} stream
   * @param {(number: number, data: Blob, untilS: number) => Promise<unknown>} keep called for one slice after the other
   */
  constructor(stream, keep) {
    super();
    const options = { mimeType: recordedKind(), videoBitsPerSecond: VIDEO_BPS, audioBitsPerSecond: AUDIO_BPS };
    // Chromium's own word, which the standard has and TypeScript's library has not yet.
    this.recorder = new MediaRecorder(stream, Object.assign(options, { videoKeyFrameIntervalDuration: KEYFRAME_MS }));
    this.recorder.addEventListener("start", () => {
      this.#began = performance.now();
      this.startedMs = performance.timeOrigin + this.#began;
      this.dispatchEvent(new Event("live"));
    });
    this.recorder.addEventListener("dataavailable", ({ data }) => {
      if (!data.size) return;
      const number = this.#count;
      const untilS = this.#now();
      this.#count += 1;
      this.#keeping = this.#keeping.then(() => keep(number, data, untilS));
    });
    this.recorder.addEventListener("stop", () => this.#stopped || this.dispatchEvent(new Event("broken")));
    this.recorder.addEventListener("error", () => this.dispatchEvent(new Event("broken")));
    this.startedMs = 0;
  }

  get mimeType() {
    return this.recorder.mimeType;
  }

  start() {
    this.recorder.start(SLICE_MS);
  }

  /** End the recording; resolves when the last slice is kept. @returns {Promise<{count: number, seconds: number}>} */
  async stop() {
    const seconds = this.#now();
    this.#stopped = true;
    if (this.recorder.state !== "inactive") {
      const stopped = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
      const before = this.#count;
      this.recorder.stop();
      await stopped;
      // Firefox may say that it has stopped before it hands over the slice that it was at.
      if (this.#count === before) await new Promise((resolve) => setTimeout(resolve, LAST_SLICE_MS));
    }
    await this.#keeping;
    return { count: this.#count, seconds };
  }

  #now() {
    return this.#began ? (performance.now() - this.#began) / 1000 : 0;
  }
}
