/** The check of camera, microphone and sound, part by part in words; also the way back when a device has gone. */

import { choose, closeDevices, DeviceFault, devicesOf, factsOf, lostPart, openDevices } from "./devices.js";
import { faultSentence, LOST, NO_RECORDING, NO_SOUND } from "./dutch.js";
import { button, enable, film, find, oneOf, pressed, say, setPhase, show } from "./page.js";
import { sendAway } from "./server.js";
import { setLevel } from "../ui/gauges.js";
import { fitPicture, lineSpeed } from "./pace.js";
import { provenKind } from "./proof.js";
import { beats } from "./pulse.js";
import { keepKind } from "./slices.js";
import { listen, playTestTone } from "./sound.js";

const BEAT_MS = 3000;
const HEARD = 0.4;
const HEARD_TICKS = 8;
const NOT_HEARD_AFTER_MS = 15_000;
const DARK = 10;
const FEW_PICTURES = 15;
const SLOW_KBPS = 500;
const COMFORTABLE_KBPS = 2000;

const WORDS = {
  check: {
    title: "Eerst uw camera, microfoon en geluid",
    lede: "Dit duurt ongeveer een minuut. Er wordt nog niets opgenomen.",
    act: "Verder naar oefenen",
  },
  place: {
    title: "Deze computer meten",
    lede: "Dit is de controle die een kandidaat vóór het examen doet. Er wordt niets opgenomen.",
    act: "Meting bewaren",
  },
  devices: {
    title: "Uw camera of microfoon",
    lede: "Uw examen wacht. U verliest geen tijd en geen antwoorden.",
    act: "Verdergaan",
  },
};

/**
 * Show the check until everything works and the candidate goes on.
 * @param {"check" | "place" | "devices"} kind check: the whole, place: the same on the computer of a location; devices:
 *   only camera and microphone, on the way back
 * @param {AbortSignal} signal @param {string} [because] what is wrong, to begin with
 * @param {(bytes: Blob, signal: AbortSignal) => Promise<unknown>} [send] where the line is measured
 * @returns {Promise<{stream: MediaStream, facts: object}>}
 */
export function check(kind, signal, because = "", send = sendAway) {
  const shown = new Check(kind, signal, send);
  shown.begin(because);
  return shown.done;
}

class Check {
  /** @type {MediaStream | null} */
  stream = null;
  /** @type {() => void} */
  stopListening = () => {};
  heardTicks = 0;
  loudest = 0;
  /** @type {number | null} coded pictures a second */
  pace = null;
  lineKbps = 0;
  began = performance.now();

  /**
   * @param {"check" | "place" | "devices"} kind @param {AbortSignal} signal
   * @param {(bytes: Blob, signal: AbortSignal) => Promise<unknown>} send
   */
  constructor(kind, signal, send) {
    this.kind = kind;
    this.send = send;
    this.signal = signal;
    this.parts = { camera: false, microphone: false, speaker: kind === "devices", computer: kind === "devices" };
    this.done = new Promise((resolve) => (this.resolve = resolve));
  }

  /** @param {string} because */
  begin(because) {
    const words = WORDS[this.kind];
    find("check-title").textContent = words.title;
    find("check-lede").textContent = words.lede;
    find("part-speaker").hidden = find("part-computer").hidden = this.kind === "devices";
    find("check-wait").textContent = "";
    this.#result("camera", "todo", "Zet uw camera aan. Uw browser vraagt of dat mag.");
    this.#result("microphone", "todo", "Daarna zegt u een paar woorden.");
    this.#result("speaker", "todo", "U hoort drie tonen.");
    this.#result("computer", "todo", "Dit kijken we zelf na, zodra uw camera aan staat.");
    show("check", this.kind);
    const watch = { signal: this.signal };
    for (const [id, kind] of /** @type {const} */ ([["choose-camera", "videoinput"], ["choose-microphone", "audioinput"]])) {
      find(id).addEventListener("change", () => this.#change(kind, /** @type {HTMLSelectElement} */ (find(id)).value), watch);
    }
    navigator.mediaDevices?.addEventListener("devicechange", () => this.stream && this.#offerChoice(), watch);
    this.signal.addEventListener("abort", () => this.stopListening());
    if (this.kind !== "devices") this.#speaker();
    if (because) this.#fail(because);
    this.#waitToOpen();
  }

  async #waitToOpen() {
    find("check-no-picture").hidden = false;
    const failed = find("part-camera").dataset.state === "fail";
    button("check-act").textContent = failed ? "Opnieuw proberen" : "Camera en microfoon aanzetten";
    enable("check-act", true);
    await pressed("check-act", this.signal);
    await this.#open();
  }

  async #open() {
    button("check-act").setAttribute("aria-busy", "true");
    try {
      this.#use(await openDevices({ anyIfGone: true }));
    } catch (error) {
      this.#fail(faultSentence(error instanceof DeviceFault ? error : new DeviceFault("broken")));
      this.#waitToOpen();
    } finally {
      button("check-act").removeAttribute("aria-busy");
    }
  }

  /** @param {MediaStream} stream */
  #use(stream) {
    if (this.signal.aborted) return closeDevices(stream);
    this.stopListening();
    closeDevices(this.stream);
    this.stream = stream;
    this.heardTicks = 0;
    const picture = film("check-picture");
    picture.srcObject = stream;
    find("check-no-picture").hidden = true;
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.#lost(stream), { signal: this.signal });
    const { width, height } = factsOf(stream);
    this.#result("camera", "ok", `Uw camera werkt (${width} × ${height}). Zit uw gezicht goed in beeld?`);
    picture.addEventListener("timeupdate", () => this.#lookForDark(picture), { signal: this.signal });
    this.parts.camera = true;
    this.parts.microphone = this.kind === "devices";
    this.#result("microphone", "now", "Zeg een paar woorden, bijvoorbeeld uw naam.");
    const opened = performance.now();
    this.stopListening = listen(stream, (level) => this.#hear(level, performance.now() - opened));
    this.#offerChoice();
    if (this.kind !== "devices") this.#tryOut(stream);
    this.#waitToGoOn();
  }

  /** Runs beside the other parts. A browser must record; all else only makes the picture smaller or warns. @param {MediaStream} stream */
  async #tryOut(stream) {
    this.parts.computer = false;
    this.#result("computer", "now", "We kijken een paar tellen wat uw computer en uw internet aankunnen.");
    const gives = await beats(stream.getAudioTracks()[0], BEAT_MS);
    if (!gives && stream === this.stream) return this.#refuse("microphone", NO_SOUND);
    const kind = await provenKind(stream, this.signal);
    if (stream !== this.stream || this.signal.aborted) return;
    if (!kind) return this.#refuse("computer", NO_RECORDING);
    keepKind(kind);
    const pace = await fitPicture(stream, this.signal);
    const lineKbps = await lineSpeed(this.send).catch(() => 0);
    if (stream !== this.stream || this.signal.aborted) return;
    Object.assign(this, { pace, lineKbps });
    this.parts.computer = true;
    if (this.pace !== null && this.pace < FEW_PICTURES) {
      this.#result("computer", "warn", "Uw computer is erg druk. Sluit andere programma’s en tabbladen en controleer daarna opnieuw.");
    } else if (this.lineKbps < SLOW_KBPS) {
      this.#result("computer", "warn", "Uw internet is traag. Zit u ver van de wifi, ga dan dichterbij of gebruik een kabel. U kunt wel beginnen: uw antwoorden blijven op deze computer bewaard tot alles binnen is.");
    } else if (this.lineKbps < COMFORTABLE_KBPS) {
      this.#result("computer", "ok", "Uw computer en uw internet zijn goed genoeg. Het versturen kan na een antwoord nog even doorgaan.");
    } else {
      this.#result("computer", "ok", "Uw computer en uw internet kunnen het aan.");
    }
    this.#settle();
  }

  async #waitToGoOn() {
    button("check-act").textContent = WORDS[this.kind].act;
    setPhase("open");
    this.#settle();
    const stream = this.stream;
    await pressed("check-act", this.signal);
    if (stream !== this.stream || !stream) return;
    this.stopListening();
    this.resolve?.({ stream, facts: this.#facts(stream) });
  }

  /** @param {number} level @param {number} openMs */
  #hear(level, openMs) {
    const meter = find("check-level");
    setLevel(meter, level);
    this.loudest = Math.max(this.loudest, level);
    if (level > HEARD) this.heardTicks += 1;
    const heard = this.heardTicks >= HEARD_TICKS;
    const words = heard ? "we horen u" : openMs > NOT_HEARD_AFTER_MS ? "nog niets gehoord" : "zeg iets";
    const element = meter.querySelector(".meter-text");
    if (element && element.textContent !== words) element.textContent = words;
    if (heard && find("part-microphone").dataset.state !== "ok") {
      this.parts.microphone = true;
      this.#result("microphone", "ok", "Uw microfoon werkt. We horen u.");
      say("Uw microfoon werkt. We horen u.");
      this.#settle();
    } else if (!heard && openMs > NOT_HEARD_AFTER_MS && find("part-microphone").dataset.state === "now") {
      const text = "We horen u nog niet. Kijk of de microfoon niet op stil staat, praat dichterbij, of kies een andere.";
      this.#result("microphone", "fail", text);
      say(text);
    }
  }

  /** A cover before the lens is the most common fault that no browser reports. @param {HTMLVideoElement} picture */
  #lookForDark(picture) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [16, 9];
    const paper = canvas.getContext("2d", { willReadFrequently: true });
    if (!paper || !picture.videoWidth) return;
    paper.drawImage(picture, 0, 0, 16, 9);
    const { data } = paper.getImageData(0, 0, 16, 9);
    const mean = data.reduce((sum, value, index) => (index % 4 === 3 ? sum : sum + value), 0) / (16 * 9 * 3);
    const dark = mean < DARK;
    if (dark === (find("part-camera").dataset.state === "warn")) return;
    if (dark) this.#result("camera", "warn", "Het beeld is zwart. Schuif het klepje voor de camera open of doe een lamp aan.");
    else this.#result("camera", "ok", "Uw camera werkt. Zit uw gezicht goed in beeld?");
  }

  async #speaker() {
    const ids = ["speaker-yes", "speaker-no"];
    const offer = (/** @type {boolean} */ asked) => {
      for (const id of ids) button(id).hidden = !asked;
    };
    button("speaker-play").hidden = false;
    offer(false);
    while (!this.parts.speaker && !this.signal.aborted) {
      await pressed("speaker-play", this.signal);
      await playTestTone();
      this.#result("speaker", "now", "Hoorde u drie tonen?");
      offer(true);
      const chosen = await oneOf([...ids, "speaker-play"], this.signal);
      offer(false);
      if (chosen === "speaker-play") {
        button("speaker-play").click();
      } else if (chosen === "speaker-yes") {
        this.parts.speaker = true;
        button("speaker-play").hidden = true;
        this.#result("speaker", "ok", "Uw geluid werkt.");
      } else {
        const text = "Zet het volume van uw computer hoger of sluit een koptelefoon aan. Speel de tonen daarna nog eens af.";
        this.#result("speaker", "fail", text);
        say(text);
      }
      this.#settle();
    }
  }

  /** @param {"videoinput" | "audioinput"} kind @param {string} id */
  async #change(kind, id) {
    choose(kind, id);
    await this.#open();
  }

  /** @param {MediaStream} stream */
  #lost(stream) {
    if (stream !== this.stream) return;
    this.stopListening();
    this.parts.camera = this.parts.microphone = false;
    this.#fail(LOST[lostPart(stream) ?? "camera"]);
    closeDevices(stream);
    this.stream = null;
    this.#waitToOpen();
  }

  async #offerChoice() {
    for (const [id, kind] of /** @type {const} */ ([["choose-camera", "videoinput"], ["choose-microphone", "audioinput"]])) {
      if (!this.stream) return;
      const select = /** @type {HTMLSelectElement} */ (find(id));
      const devices = await devicesOf(kind, this.stream);
      select.replaceChildren(...devices.map(({ id: value, label, used }) => new Option(label, value, used, used)));
      const label = select.closest("label");
      if (label) label.hidden = devices.length < 2;
    }
  }

  /** @param {string} sentence */
  #fail(sentence) {
    this.#refuse("camera", sentence);
  }

  /** @param {string} part @param {string} sentence */
  #refuse(part, sentence) {
    this.#result(part, "fail", sentence);
    say(sentence);
    this.#settle();
  }

  /** @param {string} part @param {"todo" | "now" | "ok" | "warn" | "fail"} state @param {string} sentence */
  #result(part, state, sentence) {
    const element = find(`part-${part}`);
    element.dataset.state = state;
    const words = element.querySelector(".exam-part-result");
    if (words) words.textContent = sentence;
  }

  #settle() {
    if (!this.stream) return;
    const { camera, microphone, speaker, computer } = this.parts;
    enable("check-act", camera && microphone && speaker && computer);
    const rest = computer || find("part-computer").dataset.state === "fail" ? "" : "Nog een paar tellen.";
    const wait = !microphone ? "Zeg nog iets in de microfoon." : !speaker ? "Speel nog de drie tonen af." : rest;
    if (find("check-wait").textContent !== wait) find("check-wait").textContent = wait;
  }

  /** @param {MediaStream} stream */
  #facts(stream) {
    return {
      ...factsOf(stream),
      loudest: Math.round(this.loudest * 100) / 100,
      speaker: this.parts.speaker,
      coded_per_second: this.pace === null ? null : Math.round(this.pace),
      line_kbps: this.lineKbps,
      screen_width: screen.width,
      screen_height: screen.height,
      pixel_ratio: devicePixelRatio,
      seconds: Math.round((performance.now() - this.began) / 1000),
    };
  }
}
