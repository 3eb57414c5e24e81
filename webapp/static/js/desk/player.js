/** The recording on the desk: playing, the scrub bar with waveform, thumbnails and pins, and silences to skip. */

import { place } from "./ahead.js";

const STEP_S = 5;
const QUIET_SHARE = 0.06;
const SILENCE_S = 1.5;
const MOST_PARTS = 1000;
const SPEED_KEY = "vignet-desk-speed";
const SKIP_KEY = "vignet-desk-skip";
const VOLUME_KEY = "vignet-desk-volume";

/** 0:31 @param {number} seconds */
export function timecode(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 0.001));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * The stretches of at least SILENCE_S in which nothing is heard, as [from, to] in seconds.
 * @param {{per_second: number, peaks: number[]}} wave @returns {[number, number][]}
 */
export function silences(wave) {
  const quiet = Math.max(1, QUIET_SHARE * Math.max(...wave.peaks, 0));
  /** @type {[number, number][]} */
  const found = [];
  let from = -1;
  for (let at = 0; at <= wave.peaks.length; at++) {
    if (at < wave.peaks.length && wave.peaks[at] <= quiet) {
      if (from < 0) from = at;
    } else if (from >= 0) {
      if ((at - from) / wave.per_second >= SILENCE_S) found.push([from / wave.per_second, at / wave.per_second]);
      from = -1;
    }
  }
  return found;
}

export class Player {
  /** @type {{per_second: number, seconds: number, peaks: number[]} | null} */
  #wave = null;
  /** @type {[number, number][]} */
  #silences = [];
  /** @type {{columns: number, count: number, width: number, height: number, interval_s: number} | null} */
  #thumbs = null;
  /** @type {[number, number][]} the silences that were skipped, which is as good as seen */
  #skipped = [];
  #gone = new AbortController();

  /**
   * @param {HTMLElement} root
   * @param {{seconds: number, fps: number, position_s: number, media: Record<string, string> | null}} data
   * @param {{moved: () => void, paused: () => void}} page
   */
  constructor(root, data, { moved, paused }) {
    this.root = root;
    this.data = data;
    this.moved = moved;
    this.video = /** @type {HTMLVideoElement | null} */ (root.querySelector(".desk-video"));
    this.bar = /** @type {HTMLElement} */ (root.querySelector(".scrub"));
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector(".scrub-wave"));
    this.pins = /** @type {HTMLElement} */ (root.querySelector(".scrub-pins"));
    this.skip = /** @type {HTMLInputElement} */ (root.querySelector("[data-skip]"));
    this.speed = /** @type {HTMLSelectElement} */ (root.querySelector("[data-speed]"));
    this.volume = /** @type {HTMLInputElement} */ (root.querySelector("[data-volume]"));
    if (this.video) this.#listen(paused);
    this.#listenToBar();
    void this.#load();
    this.#show();
  }

  /** @param {() => void} paused */
  #listen(paused) {
    const video = /** @type {HTMLVideoElement} */ (this.video);
    const signal = this.#gone.signal;
    video.preservesPitch = true;
    this.setSpeed(localStorage.getItem(SPEED_KEY) ?? "1");
    this.skip.checked = localStorage.getItem(SKIP_KEY) === "1";
    this.setVolume(Number(localStorage.getItem(VOLUME_KEY) ?? "1"));
    // What was on the desk before is where it was left; the page may have been made just before that.
    if (!video.played.length) place(video, this.data.position_s, signal);
    video.addEventListener("click", () => this.toggle(), { signal });
    for (const event of ["play", "pause", "ended", "seeked", "ratechange", "loadedmetadata"]) {
      video.addEventListener(event, () => this.#show(), { signal });
    }
    video.addEventListener("durationchange", () => this.#draw(), { signal });
    video.addEventListener("play", () => this.#tick(), { signal });
    for (const event of ["pause", "seeked"]) video.addEventListener(event, paused, { signal });
    video.addEventListener("error", () => this.#trouble("De opname kan niet worden geladen. Laad de pagina opnieuw."), { signal });
    video.addEventListener("stalled", () => video.readyState < 2 && this.#trouble("De opname wordt geladen. Een ogenblik."), { signal });
    video.addEventListener("playing", () => this.#trouble(""), { signal });
    video.addEventListener("canplay", () => this.#trouble(""), { signal });
    if (video.error) this.#trouble("De opname kan niet worden geladen. Laad de pagina opnieuw.");
    this.skip.addEventListener("change", () => localStorage.setItem(SKIP_KEY, this.skip.checked ? "1" : "0"), { signal });
    this.speed.addEventListener("change", () => this.setSpeed(this.speed.value), { signal });
    this.volume.addEventListener("input", () => this.setVolume(Number(this.volume.value)), { signal });
  }

  #listenToBar() {
    const signal = this.#gone.signal;
    const at = (/** @type {PointerEvent} */ event) => {
      const box = this.bar.getBoundingClientRect();
      return (Math.min(Math.max(event.clientX - box.left, 0), box.width) / box.width) * this.length;
    };
    let dragging = false;
    this.bar.addEventListener("pointerdown", (event) => {
      dragging = true;
      this.bar.setPointerCapture(event.pointerId);
      this.seek(at(event));
    }, { signal });
    this.bar.addEventListener("pointermove", (event) => {
      this.#peek(at(event));
      if (dragging) this.seek(at(event));
    }, { signal });
    for (const name of ["pointerup", "pointercancel"]) this.bar.addEventListener(name, () => (dragging = false), { signal });
    this.bar.addEventListener("pointerleave", () => this.#peek(null), { signal });
    this.bar.addEventListener("keydown", (event) => {
      const [back, on] = [this.now - STEP_S, this.now + STEP_S];
      const keys = { ArrowLeft: back, ArrowDown: back, ArrowRight: on, ArrowUp: on, Home: 0, End: this.length };
      const to = keys[/** @type {keyof typeof keys} */ (event.key)];
      if (to === undefined) return;
      event.preventDefault();
      this.seek(to);
    }, { signal });
    addEventListener("resize", () => this.#draw(), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw(), { signal });
  }

  async #load() {
    const { waveform, thumbnails_index: index } = this.data.media ?? {};
    const get = (/** @type {string | undefined} */ url) =>
      url ? fetch(url).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null) : null;
    [this.#wave, this.#thumbs] = await Promise.all([get(waveform), get(index)]);
    if (this.#wave) this.#silences = silences(this.#wave);
    this.skip.disabled = this.#silences.length === 0;
    this.#draw();
  }

  get length() {
    return this.video && Number.isFinite(this.video.duration) ? this.video.duration : this.data.seconds;
  }

  get now() {
    return this.video?.currentTime ?? 0;
  }

  get playing() {
    return this.video ? !this.video.paused && !this.video.ended : false;
  }

  /** What was really played, silences that were skipped with it. @returns {[number, number][]} */
  get seen() {
    const played = this.video?.played;
    const round = (/** @type {number} */ at) => Math.round(at * 100) / 100;
    /** @type {[number, number][]} */
    const parts = Array.from({ length: played?.length ?? 0 }, (_, at) => [
      round(/** @type {TimeRanges} */ (played).start(at)), round(/** @type {TimeRanges} */ (played).end(at)),
    ]);
    return [...parts, ...this.#skipped].slice(-MOST_PARTS);
  }

  play() {
    void this.video?.play().catch(() => {});
  }

  pause() {
    this.video?.pause();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** @param {number} seconds */
  seek(seconds) {
    if (this.video) this.video.currentTime = Math.min(Math.max(seconds, 0), this.length);
    this.#show();
  }

  /** @param {number} seconds */
  jump(seconds) {
    this.seek(this.now + seconds);
  }

  /** Exactly one picture on or back: to the middle of it, so that rounding never shows the one before. @param {1 | -1} way */
  frame(way) {
    this.pause();
    const { fps } = this.data;
    this.seek((Math.floor(this.now * fps + 0.01) + way + 0.5) / fps);
  }

  /** @param {string} value */
  setSpeed(value) {
    if (![...this.speed.options].some((option) => option.value === value)) return;
    this.speed.value = value;
    localStorage.setItem(SPEED_KEY, value);
    if (this.video) this.video.playbackRate = this.video.defaultPlaybackRate = Number(value);
  }

  /** @param {1 | -1} way */
  faster(way) {
    const next = this.speed.options[this.speed.selectedIndex + way];
    if (next) this.setSpeed(next.value);
  }

  /** How loud, from 0 to 1; kept for the next answer. @param {number} share */
  setVolume(share) {
    const volume = Math.min(Math.max(Number.isFinite(share) ? share : 1, 0), 1);
    this.volume.value = String(volume);
    this.volume.setAttribute("aria-valuetext", `${Math.round(volume * 100)} procent`);
    localStorage.setItem(VOLUME_KEY, String(volume));
    if (this.video) this.video.volume = volume;
  }

  /** The whole screen for the recording, and back. The keys go on working there. */
  async toggleFull() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.video?.parentElement?.requestFullscreen().catch(() => {});
  }

  toggleSkip() {
    if (this.skip.disabled) return;
    this.skip.checked = !this.skip.checked;
    localStorage.setItem(SKIP_KEY, this.skip.checked ? "1" : "0");
  }

  #tick() {
    if (!this.playing || this.#gone.signal.aborted) return;
    if (this.skip.checked) {
      const silence = this.#silences.find(([from, to]) => this.now > from + 0.4 && this.now < to - 0.4);
      if (silence) {
        if (!this.#skipped.includes(silence)) this.#skipped.push(silence);
        this.seek(silence[1] - 0.2);
      }
    }
    this.#show();
    requestAnimationFrame(() => this.#tick());
  }

  #show() {
    const share = this.length ? this.now / this.length : 0;
    const head = /** @type {HTMLElement} */ (this.root.querySelector(".scrub-head"));
    head.style.insetInlineStart = `${share * 100}%`;
    this.bar.setAttribute("aria-valuenow", this.now.toFixed(1));
    this.bar.setAttribute("aria-valuetext", `${timecode(this.now)} van ${timecode(this.length)}`);
    const now = /** @type {HTMLElement} */ (this.root.querySelector("[data-now]"));
    now.textContent = timecode(this.now);
    const button = /** @type {HTMLElement} */ (this.root.querySelector("[data-act=play]"));
    button.setAttribute("aria-label", this.playing ? "Pauze" : "Afspelen");
    const use = button.querySelector("use");
    use?.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*/, this.playing ? "#pause" : "#play"));
    this.moved();
  }

  /** @param {string} text */
  #trouble(text) {
    const trouble = /** @type {HTMLElement} */ (this.root.querySelector(".desk-trouble"));
    trouble.textContent = text;
    trouble.hidden = !text;
  }

  #draw() {
    const { canvas } = this;
    const box = canvas.getBoundingClientRect();
    const scale = devicePixelRatio || 1;
    canvas.width = Math.round(box.width * scale);
    canvas.height = Math.round(box.height * scale);
    const paint = canvas.getContext("2d");
    if (!paint || !this.#wave || !canvas.width) return;
    const style = getComputedStyle(canvas);
    const { peaks, per_second: perSecond } = this.#wave;
    const length = this.length || peaks.length / perSecond;
    const x = (/** @type {number} */ seconds) => (seconds / length) * canvas.width;
    paint.fillStyle = style.color;
    paint.globalAlpha = 0.5;
    for (const [from, to] of this.#silences) paint.fillRect(x(from), canvas.height / 2 - scale / 2, x(to) - x(from), scale);
    paint.globalAlpha = 1;
    const loudest = Math.max(...peaks, 20);
    const bar = Math.max(1, x(1 / perSecond) - scale * 0.6);
    peaks.forEach((peak, at) => {
      const height = (peak / loudest) * canvas.height * 0.86;
      if (height >= 1) paint.fillRect(x(at / perSecond), (canvas.height - height) / 2, bar, height);
    });
  }

  /** @param {number | null} seconds */
  #peek(seconds) {
    const peek = /** @type {HTMLElement} */ (this.root.querySelector(".scrub-peek"));
    peek.hidden = seconds === null;
    if (seconds === null) return;
    const [picture, time] = /** @type {HTMLCollectionOf<HTMLElement>} */ (peek.children);
    time.textContent = timecode(seconds);
    peek.style.insetInlineStart = `${(seconds / this.length) * 100}%`;
    if (!this.#thumbs || !this.data.media?.thumbnails) return;
    const { columns, count, width, height, interval_s: interval } = this.#thumbs;
    const cell = Math.min(count - 1, Math.floor(seconds / interval));
    picture.style.width = `${width}px`;
    picture.style.height = `${height}px`;
    picture.style.backgroundImage = `url("${this.data.media.thumbnails}")`;
    picture.style.backgroundPosition = `${-(cell % columns) * width}px ${-Math.floor(cell / columns) * height}px`;
  }

  /** @param {{at_s: number, text: string, competency: string | null}[]} remarks */
  pin(remarks) {
    this.pins.replaceChildren(
      ...remarks.map((remark) => {
        const pin = document.createElement("button");
        pin.type = "button";
        pin.className = "scrub-pin";
        pin.title = `${timecode(remark.at_s)} ${remark.text}`;
        pin.setAttribute("aria-label", `Naar ${timecode(remark.at_s)}: ${remark.text}`);
        pin.toggleAttribute("data-general", remark.competency === null);
        pin.style.insetInlineStart = `${(remark.at_s / (this.length || 1)) * 100}%`;
        pin.addEventListener("click", () => this.seek(remark.at_s));
        return pin;
      }),
    );
  }

  leave() {
    this.pause();
    this.#gone.abort();
  }
}
