/** What a program heard, under the recording: the word of now is marked, each word leads to its second, captions on it. */

import { hits, wordsAt } from "./find.js";

const WORDS_KEY = "vignet-desk-words";
const CAPTIONS_KEY = "vignet-desk-captions";

export class Words {
  /** @type {import("./find.js").Word[]} */
  #words = [];
  /** @type {HTMLButtonElement[]} */
  #buttons = [];
  /** @type {number[]} */
  #hits = [];
  #now = -1;

  /**
   * @param {HTMLElement} root
   * @param {Record<string, string> | null} media the addresses of what lies beside the film
   * @param {import("./player.js").Player} player
   */
  constructor(root, media, player) {
    this.player = player;
    const box = /** @type {HTMLElement | null} */ (root.querySelector("[data-words]"));
    this.there = box !== null && Boolean(media?.words);
    if (!box || !media?.words) return;
    this.box = box;
    this.text = /** @type {HTMLElement} */ (box.querySelector("[data-words-text]"));
    this.find = /** @type {HTMLInputElement} */ (box.querySelector("[data-find]"));
    this.found = /** @type {HTMLElement} */ (box.querySelector("[data-found]"));
    this.#listen();
    if (media.captions) this.#addCaptions(media.captions);
    this.#showPressed();
    void this.#load(media.words);
  }

  #listen() {
    this.text?.addEventListener("keydown", (event) => this.#key(event));
    this.text?.addEventListener("click", (event) => {
      const at = this.#buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
      if (at >= 0) this.#jump(at);
    });
    this.find?.addEventListener("input", () => this.#search());
    this.find?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.#next();
    });
  }

  /** @param {string} url */
  #addCaptions(url) {
    const { video } = this.player;
    if (!video) return;
    for (const old of video.querySelectorAll("track")) old.remove();
    const track = document.createElement("track");
    track.kind = "captions";
    track.srclang = "nl";
    track.label = "Nederlands, door een programma";
    track.src = url;
    video.append(track);
    this.track = track.track;
    this.track.mode = localStorage.getItem(CAPTIONS_KEY) === "1" ? "showing" : "disabled";
  }

  /** @param {string} url */
  async #load(url) {
    const words = await wordsAt(url);
    if (!words?.length) {
      this.#say(words ? "Het programma hoorde geen woorden." : "De tekst kan nu niet worden geladen. Laad de pagina opnieuw.");
      return;
    }
    this.#words = words;
    this.#buttons = words.map(([, , text], at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.tabIndex = at === 0 ? 0 : -1;
      return button;
    });
    this.text?.replaceChildren(...this.#buttons.flatMap((one) => [one, " "]));
    this.mark();
    // Somebody may have typed before the words were there.
    if (this.find?.value) this.#search();
  }

  /** @param {string} text */
  #say(text) {
    const line = document.createElement("p");
    line.className = "soft";
    line.textContent = text;
    this.text?.replaceChildren(line);
  }

  /** The arrows choose a word; a word is a button, so that Enter leads to its second. @param {KeyboardEvent} event */
  #key(event) {
    const at = this.#buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const last = this.#buttons.length - 1;
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.#choose(Math.min(Math.max(to, 0), last));
    this.#buttons[Math.min(Math.max(to, 0), last)].focus();
  }

  /** The one word that Tab comes to. @param {number} at */
  #choose(at) {
    for (const button of this.#buttons) button.tabIndex = -1;
    this.#buttons[at].tabIndex = 0;
  }

  /** @param {number} at */
  #jump(at) {
    this.#choose(at);
    this.player.seek(this.#words[at][0]);
    this.mark();
  }

  /** Mark the word of this moment: the last that has begun. */
  mark() {
    if (!this.#words.length) return;
    const now = this.player.now + 0.01;
    let at = this.#words.findIndex(([start]) => start > now) - 1;
    if (at === -2) at = this.#words.length - 1;
    if (at === this.#now) return;
    this.#buttons[this.#now]?.removeAttribute("aria-current");
    this.#buttons[at]?.setAttribute("aria-current", "true");
    this.#now = at;
    if (at >= 0) this.#keepInSight(this.#buttons[at]);
  }

  /** @param {HTMLElement} word */
  #keepInSight(word) {
    const { text } = this;
    if (!text) return;
    const top = word.offsetTop;
    if (top < text.scrollTop || top + word.offsetHeight > text.scrollTop + text.clientHeight) text.scrollTop = top - 4;
  }

  #search() {
    const query = this.find?.value ?? "";
    this.#hits = hits(this.#words, query);
    this.#buttons.forEach((button, at) => button.toggleAttribute("data-hit", this.#hits.includes(at)));
    const count = this.#hits.length;
    this.#tell(!query.trim() || !this.#words.length ? "" : count === 1 ? "1 keer" : count ? `${count} keer` : "niet gevonden");
    if (count) this.#keepInSight(this.#buttons[this.#hits[0]]);
  }

  /** To the next place where it is said, and after the last to the first. */
  #next() {
    if (!this.#hits.length) return;
    const now = this.player.now + 0.01;
    const next = Math.max(0, this.#hits.findIndex((at) => this.#words[at][0] > now));
    this.#jump(this.#hits[next]);
    this.#keepInSight(this.#buttons[this.#hits[next]]);
    this.#tell(`${next + 1} van ${this.#hits.length}`);
  }

  /** @param {string} text */
  #tell(text) {
    if (this.found) this.found.textContent = text;
  }

  /** Hide the words, or show them again; so it stays for the next answer. */
  toggle() {
    const hidden = document.documentElement.toggleAttribute("data-no-words");
    localStorage.setItem(WORDS_KEY, hidden ? "0" : "1");
    this.#showPressed();
  }

  toggleCaptions() {
    if (!this.track) return;
    this.track.mode = this.track.mode === "showing" ? "disabled" : "showing";
    localStorage.setItem(CAPTIONS_KEY, this.track.mode === "showing" ? "1" : "0");
    this.#showPressed();
  }

  #showPressed() {
    const press = (/** @type {string} */ act, /** @type {boolean} */ on) =>
      this.box?.querySelector(`[data-act=${act}]`)?.setAttribute("aria-pressed", String(on));
    press("words", !document.documentElement.hasAttribute("data-no-words"));
    press("captions", this.track?.mode === "showing");
  }
}
