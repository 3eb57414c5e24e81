/**
 * Records a stream in short slices, in the form that costs the least to work with later. Knows no page.
 *
 * What a browser hands over is cut into pieces that a recorder takes, each with a number of its own: a browser may hold
 * back for long and then hand over much at once (Firefox after one of the tracks has ended, a computer that slept). A
 * recording may begin anew in the middle, of other tracks: then a file of its own begins at that number.
 *
 * Events: `live` (the recording runs), `broken` (it has ended by itself), `stalled` (it says that it runs and gives
 * nothing).
 */

const KEPT_KIND = "vignet-recorded-kind";
// WebM keeps the time between picture and sound whatever comes first, says its own length rightly, and its H.264 may
// change size; browsers' MP4 does none of it, so that it is asked for last, and avc3 (which may change size) first.
const KINDS = [
  "video/webm;codecs=h264,opus",
  "video/webm;codecs=vp8,opus",
  "video/webm",
  "video/mp4;codecs=avc3.42E01F,mp4a.40.2",
  "video/mp4;codecs=avc3.42E01F,opus",
  "video/mp4",
];
// What a browser that dies may take along, while two seconds may be missing; each slice costs the recorder a request.
const SLICE_MS = 1500;
const PIECE_BYTES = 1024 * 1024;
const VIDEO_BPS = 1_500_000;
const AUDIO_BPS = 64_000;
const KEYFRAME_MS = 2000;
const LAST_SLICE_MS = 2000;
const LOOK_MS = 500;
// WebM comes with each slice, MP4 with each key frame; the first of either only when both tracks have given something.
const STALL_MS = { first: 4000, webm: 2500, mp4: 10_000 };

/** The kinds of file that this browser says it records, the best first. */
export function supportedKinds() {
  return "MediaRecorder" in globalThis ? KINDS.filter((kind) => MediaRecorder.isTypeSupported(kind)) : [];
}

/** The kind of file that is recorded: the kind that was proven here before, or the best one that this browser speaks of. */
export function recordedKind() {
  const kinds = supportedKinds();
  const kept = localStorage.getItem(KEPT_KIND) ?? "";
  return kinds.includes(kept) ? kept : (kinds[0] ?? "");
}

/** Record in this kind from now on. @param {string} kind */
export function keepKind(kind) {
  localStorage.setItem(KEPT_KIND, kind);
}

/** A recorder of these tracks as they are now. @param {MediaStream} stream @param {string} [kind] */
export function recorderOf(stream, kind = recordedKind()) {
  const options = { mimeType: kind, videoBitsPerSecond: VIDEO_BPS, audioBitsPerSecond: AUDIO_BPS };
  // The standard has the distance of key frames, and TypeScript's library does not yet.
  Object.assign(options, { videoKeyFrameIntervalDuration: KEYFRAME_MS });
  // A stream of its own: a recorder dies when the tracks of its stream change.
  return new MediaRecorder(new MediaStream(stream.getTracks()), options);
}

/** @typedef {[first: number, startedMs: number]} Part the first slice of a file, and when it began (Unix epoch) */

export class SliceRecorder extends EventTarget {
  #stopped = false;
  #began = 0;
  #count = 0;
  #heardMs = 0;
  #asked = false;
  /** The first slice of the file that is recorded now. */
  #first = 0;
  /** @type {MediaRecorder} */
  #recorder;
  /** @type {number | undefined} */
  #watch;
  /** @type {Promise<unknown>} */
  #keeping = Promise.resolve();
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();

  /**
   * @param {MediaStream} stream
   * @param {(number: number, data: Blob, untilS: number) => Promise<unknown>} keep called for one slice after the other
   */
  constructor(stream, keep) {
    super();
    this.stream = stream;
    this.keep = keep;
    /** @type {Part[]} */
    this.parts = [];
    this.startedMs = 0;
    this.#recorder = this.#make();
  }

  get mimeType() {
    return this.#recorder.mimeType;
  }

  /** True when its files can tell that the picture has another size from somewhere on. */
  get takesNewSizes() {
    return !/mp4/.test(this.mimeType) || /avc3/.test(this.mimeType);
  }

  start() {
    this.#heardMs = performance.now();
    this.#asked = false;
    this.#recorder.start(SLICE_MS);
    this.#watch ??= setInterval(() => this.#look(), LOOK_MS);
  }

  /** Begin anew with the tracks that the stream has now; what the recorder still held is kept. Throws when it cannot. */
  again() {
    const turn = this.#turn.then(async () => {
      if (this.#stopped) return;
      await this.#end();
      this.#recorder = this.#make();
      this.start();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** End the recording; resolves when the last slice is kept. @returns {Promise<{count: number, seconds: number}>} */
  async stop() {
    const seconds = this.#now();
    this.#stopped = true;
    clearInterval(this.#watch);
    await this.#turn;
    await this.#end();
    await this.#keeping;
    return { count: this.#count, seconds };
  }

  #make() {
    const recorder = recorderOf(this.stream);
    const first = (this.#first = this.#count);
    recorder.addEventListener("start", () => {
      // One that gave nothing says that it starts when it is ended.
      if (recorder !== this.#recorder && !this.#stopped) return;
      this.#began ||= performance.now();
      this.startedMs ||= performance.timeOrigin + this.#began;
      this.parts.push([first, performance.timeOrigin + performance.now()]);
      this.dispatchEvent(new Event("live"));
    });
    recorder.addEventListener("dataavailable", ({ data }) => this.#take(data));
    const broken = () => recorder === this.#recorder && !this.#stopped && this.dispatchEvent(new Event("broken"));
    recorder.addEventListener("stop", broken);
    recorder.addEventListener("error", broken);
    return recorder;
  }

  /** @param {Blob} data */
  #take(data) {
    if (!data.size) return;
    this.#heardMs = performance.now();
    this.#asked = false;
    const untilS = this.#now();
    for (let from = 0; from < data.size; from += PIECE_BYTES) {
      const number = this.#count++;
      const piece = data.slice(from, from + PIECE_BYTES);
      this.#keeping = this.#keeping
        .then(() => this.keep(number, piece, untilS))
        .catch((error) => console.warn(`slice ${number} cannot be kept: ${error}`));
    }
  }

  /** Resolves when the recorder has handed over all that it held. */
  async #end() {
    const recorder = this.#recorder;
    if (recorder.state === "inactive") return;
    // The standard says that the last of it comes before the end is told; Firefox may tell the end first.
    const last = new Promise((resolve) => recorder.addEventListener("dataavailable", resolve, { once: true }));
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
    const late = new Promise((resolve) => setTimeout(resolve, LAST_SLICE_MS));
    this.#recorder = /** @type {any} */ ({ state: "inactive", mimeType: recorder.mimeType });
    recorder.stop();
    await stopped;
    await Promise.race([last, late]);
  }

  /** A recorder that is slow is asked for what it has first. */
  #look() {
    const limit = /mp4/.test(this.mimeType) ? STALL_MS.mp4 : this.#first === this.#count ? STALL_MS.first : STALL_MS.webm;
    if (this.#recorder.state !== "recording" || performance.now() - this.#heardMs < limit) return;
    if (this.#asked) {
      this.#heardMs = performance.now();
      this.dispatchEvent(new Event("stalled"));
    } else this.#recorder.requestData();
    this.#asked = !this.#asked;
  }

  #now() {
    return this.#began ? (performance.now() - this.#began) / 1000 : 0;
  }
}
