/**
 * One situation on the stage: the clip, the time to think, the count-in, the recording. The practice round and the exam
 * show the very same. Knows no server: who calls decides what each end means.
 */

import { Clip } from "./clip.js";
import { clock, countDown, inWords } from "./countdown.js";
import { button, enable, film, find, input, oneOf, pressed, say, setPhase, show, showTime, warn } from "./page.js";
import { MUTE, SILENT } from "./dutch.js";
import { beep } from "./sound.js";
import { badge, clearStage, message, mirror, offer, tools } from "./stage.js";

const SLOW_MS = 4000;
const COUNT = 3;
const TALK = "Praat rechtstreeks tegen deze persoon.";

export class Situation {
  /**
   * @param {import("./server.js").SituationData} data what the server tells of the situation
   * @param {string} step @param {string} place where this is, such as "Situatie 4 van 10" @param {AbortSignal} signal
   */
  constructor(data, step, place, signal) {
    this.data = data;
    this.signal = signal;
    find("situation-place").textContent = `${place}: `;
    find("situation-title").textContent = data.title;
    find("situation-person").textContent = `${data.person.name}, ${data.person.role}`;
    find("situation-setting").textContent = data.setting;
    find("situation-spoken").hidden = !data.text_prompt;
    find("situation-spoken-text").textContent = data.text_prompt ?? "";
    find("situation-question").textContent = data.question;
    show("situation", step);
    clearStage();
  }

  /**
   * Let the clip be seen.
   * @param {() => Promise<number>} grant asks leave for one play; answers how many are left after it
   * @param {string} hint
   * @returns {Promise<{end: "seen"} | {end: "stalled", seconds: number}>}
   */
  async watch(grant, hint) {
    const clip = await this.#load(hint);
    try {
      for (;;) {
        const left = await grant();
        const stood = await this.#play(clip);
        if (stood) return { end: "stalled", seconds: stood };
        if (!left || !(await this.#again())) return { end: "seen" };
      }
    } finally {
      clip.close();
    }
  }

  /** Time to think. Resolves when it is over or cut short. @param {MediaStream} stream @param {number} leftS */
  async prepare(stream, leftS) {
    clearStage();
    setPhase("preparing");
    mirror(stream, "Nog geen opname");
    tools("self", "beep");
    find("hint").textContent = "Bedenk wat u gaat zeggen.";
    offer("Nu beginnen");
    const cut = new AbortController();
    pressed("act", this.signal).then(() => cut.abort());
    say(`U hebt ${inWords(leftS)} om na te denken.`);
    await this.#clock(leftS, this.data.preparation_s, AbortSignal.any([this.signal, cut.signal]), "om na te denken");
  }

  /** Something stands in the way of recording; resolves when the candidate tries again. @param {string} sentence */
  async obstacle(sentence) {
    clearStage();
    setPhase("obstacle");
    find("hint").textContent = sentence;
    warn(sentence);
    offer("Opnieuw proberen");
    await pressed("act", this.signal);
  }

  /** 3, 2, 1. @param {MediaStream} stream */
  async countIn(stream) {
    clearStage();
    setPhase("counting");
    mirror(stream, "Zo begint de opname");
    tools("self");
    const count = find("count");
    count.hidden = false;
    let shown = 0;
    await countDown(COUNT, (left) => {
      const number = Math.ceil(left);
      if (number === shown || !number) return;
      shown = number;
      count.textContent = String(number);
      warn(String(number));
      if (input("beeps").checked) beep(false);
    }, this.signal);
    this.signal.throwIfAborted();
    count.hidden = true;
  }

  /**
   * Record until the candidate stops or the time is up. The clock starts when the take is live, and stands still for as
   * long as it is not.
   * @param {MediaStream} stream @param {EventTarget} take tells `live`, `interrupted`, `mute`, `refused`
   * @param {number} mostS how long from now everything may last at most
   */
  async record(stream, take, mostS) {
    clearStage();
    setPhase("connecting");
    tools("self");
    mirror(stream, "Verbinding maken");
    find("hint").textContent = "Nog even wachten met praten.";
    offer("Stoppen en bewaren", false);
    button("act").focus({ preventScroll: true });
    const over = new AbortController();
    const either = AbortSignal.any([this.signal, over.signal]);
    take.addEventListener("refused", () => over.abort(), { signal: either });
    take.addEventListener("interrupted", (event) => this.#interrupted(/** @type {CustomEvent} */ (event).detail), { signal: either });
    take.addEventListener("mute", (event) => this.#mute(/** @type {CustomEvent} */ (event).detail), { signal: either });
    const slow = setTimeout(() => this.#slow(), SLOW_MS);
    const deadline = performance.now() + mostS * 1000;
    const began = await this.#live(take, mostS, either);
    clearTimeout(slow);
    this.signal.throwIfAborted();
    if (began) await this.#talk(take, (deadline - performance.now()) / 1000, over, either);
    badge("");
  }

  #slow() {
    find("hint").textContent = "Verbinden duurt langer dan anders. We blijven het proberen; de tijd loopt nog niet.";
    say(find("hint").textContent ?? "");
  }

  /** @param {EventTarget} take @param {number} mostS @param {AbortSignal} signal @returns {Promise<boolean>} */
  #live(take, mostS, signal) {
    return new Promise((resolve) => {
      take.addEventListener("live", () => resolve(true), { once: true, signal });
      countDown(mostS, () => {}, signal).then(() => resolve(false));
    });
  }

  /** @param {EventTarget} take @param {number} mostS @param {AbortController} over @param {AbortSignal} signal */
  async #talk(take, mostS, over, signal) {
    const { answer_s: whole, minimum_s: minimum, warning_s: warning } = this.data;
    const held = heldBy(take, signal);
    this.#recording();
    take.addEventListener("live", () => this.#recording(), { signal });
    countDown(mostS, () => {}, signal).then((passed) => passed && over.abort());
    if (minimum) find("hint").textContent = `${TALK} Stoppen kan na ${inWords(minimum)}, zodat u niet per ongeluk te vroeg stopt.`;
    countDown(minimum, () => {}, signal, held).then((passed) => {
      if (!passed) return;
      enable("act", true);
      if (find("hint").textContent?.startsWith(TALK)) find("hint").textContent = TALK;
    });
    pressed("act", signal).then(() => over.abort());
    let warned = false;
    await this.#clock(whole, whole, signal, "", (left) => {
      if (warned || left > warning) return;
      warned = true;
      find("ring").classList.add("ring-warn");
      find("hint").textContent = `Nog ${inWords(left)}. Rond uw antwoord af.`;
      warn(`Nog ${inWords(left)}.`);
    }, held);
    over.abort();
  }

  #recording() {
    setPhase("recording");
    badge("Opname loopt");
    find("hint").textContent = TALK;
    if (input("beeps").checked) beep(true);
    say("De opname loopt.");
  }

  /** @param {{part: string} | null} lost the device that gives nothing, or null: it is the line */
  #interrupted(lost) {
    setPhase("interrupted");
    badge(!lost ? "Verbinding herstellen" : lost.part === "camera" ? "Geen beeld" : "Geen geluid");
    const hint = lost ? SILENT[lost.part] : "De verbinding hapert. We herstellen die vanzelf. Uw plaats in het examen blijft bewaard.";
    find("hint").textContent = hint;
    // Nobody has to wait for a device that does not come back.
    if (lost) enable("act", true);
    warn(lost ? hint : "De verbinding hapert. We herstellen die vanzelf.");
  }

  /** @param {boolean} on */
  #mute(on) {
    if (on) warn(MUTE);
    if (on) find("hint").textContent = MUTE;
    else if (find("hint").textContent === MUTE) find("hint").textContent = TALK;
  }

  /** @param {string} hint @returns {Promise<Clip>} once it is asked for */
  async #load(hint) {
    setPhase("loading");
    tools("captions", "volume");
    message("Lees eerst wat er aan de hand is.");
    find("hint").textContent = hint;
    const clip = await this.#loadUntilItWorks(this.signal);
    setPhase("ready");
    message("Zet uw geluid aan. U start het filmpje zelf.");
    offer("Filmpje starten");
    await pressed("act", this.signal);
    return clip;
  }

  /** @param {AbortSignal} signal @returns {Promise<Clip>} */
  async #loadUntilItWorks(signal) {
    const progress = /** @type {HTMLProgressElement} */ (find("clip-progress"));
    for (;;) {
      const clip = new Clip(film("clip"), this.data.stall_s);
      try {
        progress.hidden = false;
        progress.removeAttribute("value");
        offer("Filmpje laden", false);
        await clip.load(this.data.clip, (share) => (progress.value = share), signal);
        clip.showCaptions(input("captions").checked);
        input("captions").addEventListener("input", () => clip.showCaptions(input("captions").checked), { signal: this.signal });
        return clip;
      } catch (error) {
        clip.close();
        if (signal.aborted) throw error;
        setPhase("load-failed");
        message("Het filmpje laden lukt niet. Kijk of u internet hebt. U hebt nog niets gemist.");
        say("Het filmpje laden lukt niet.");
        offer("Opnieuw laden");
        await pressed("act", signal);
      } finally {
        progress.hidden = true;
      }
    }
  }

  /** @param {Clip} clip @returns {Promise<number>} the seconds that it stood still, or 0 when it was seen whole */
  async #play(clip) {
    const end = new Promise((resolve) => {
      clip.addEventListener("ended", () => resolve(0), { once: true, signal: this.signal });
      clip.addEventListener("stalled", (event) => resolve(/** @type {CustomEvent} */ (event).detail), { once: true, signal: this.signal });
    });
    setPhase("playing");
    button("act").hidden = true;
    button("act-other").hidden = true;
    find("stage-message").hidden = true;
    find("hint").textContent = "Kijk en luister. Daarna krijgt u tijd om na te denken.";
    film("clip").hidden = false;
    await clip.play();
    return end;
  }

  /** @returns {Promise<boolean>} whether the candidate wants to see it once more */
  async #again() {
    setPhase("seen");
    find("hint").textContent = "U mag dit filmpje nog een keer zien.";
    offer("Verder naar nadenken");
    button("act-other").textContent = "Nog een keer bekijken";
    button("act-other").hidden = false;
    button("act").focus({ preventScroll: true });
    return (await oneOf(["act", "act-other"], this.signal)) === "act-other";
  }

  /**
   * @param {number} left @param {number} whole @param {AbortSignal} signal @param {string} of
   * @param {(left: number) => void} [more] @param {() => number} [heldMs]
   */
  async #clock(left, whole, signal, of, more = () => {}, heldMs = () => 0) {
    find("ring").hidden = find("clock-words").hidden = false;
    await countDown(left, (seconds) => {
      showTime("ring", seconds, whole, clock(seconds));
      const words = `Nog ${inWords(seconds)} ${of}`.trim();
      if (find("clock-words").textContent !== words) find("clock-words").textContent = words;
      more(seconds);
    }, signal, heldMs);
    this.signal.throwIfAborted();
  }
}

/**
 * For how long in all a take was not live since now, counted from when a device gave nothing, not from when that was seen.
 * @param {EventTarget} take @param {AbortSignal} signal
 */
function heldBy(take, signal) {
  const began = performance.now();
  let [heldMs, since] = [0, 0];
  take.addEventListener("interrupted", (event) => {
    const lost = /** @type {CustomEvent} */ (event).detail;
    since ||= Math.max(began, lost?.sinceMs ?? performance.now());
  }, { signal });
  take.addEventListener("live", () => {
    if (since) heldMs += performance.now() - since;
    since = 0;
  }, { signal });
  return () => heldMs + (since ? performance.now() - since : 0);
}
