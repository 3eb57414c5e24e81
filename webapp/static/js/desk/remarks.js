/** The remark line and the list under it. Typing pauses the recording, Enter keeps the remark and goes on. */

import { timecode } from "./player.js";
import { toast } from "../ui/toast.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Remark} Remark */

export class Remarks {
  /** Where the recording was when the typing began, and whether it was playing. */
  #at = /** @type {number | null} */ (null);
  #resume = false;

  /**
   * @param {HTMLElement} root
   * @param {{state: () => State, changed: () => void, player: import("./player.js").Player,
   *          marks: import("./marks.js").Marks, locked: boolean}} page
   */
  constructor(root, page) {
    this.page = page;
    this.root = root;
    this.list = /** @type {HTMLElement} */ (root.querySelector("[data-remarks]"));
    const form = /** @type {HTMLFormElement | null} */ (root.querySelector("[data-remark]"));
    this.input = /** @type {HTMLInputElement | null} */ (form?.querySelector("input") ?? null);
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep();
    });
    this.input?.addEventListener("input", () => this.#begin());
    this.input?.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.#end();
    });
    this.show();
  }

  focus() {
    this.input?.focus();
  }

  get typing() {
    return this.#at !== null;
  }

  #begin() {
    if (this.#at !== null || !this.input?.value) return;
    this.#at = this.page.player.now;
    this.#resume = this.page.player.playing;
    this.page.player.pause();
    this.aim();
  }

  #keep() {
    const text = this.input?.value.trim();
    if (text) {
      const competency = this.page.marks.current ? this.page.marks.key(this.page.marks.current) : null;
      const at = Math.round((this.#at ?? this.page.player.now) * 1000) / 1000;
      this.page.state().remarks.push({ id: crypto.randomUUID(), at_s: at, text, competency });
      this.page.changed();
      this.show();
      this.page.marks.show();
    }
    this.#end();
  }

  /** Forget what was typed, go on playing when it played, and give the keys back to the competency. */
  #end() {
    if (this.input) this.input.value = "";
    if (this.#resume) this.page.player.play();
    this.#at = null;
    this.#resume = false;
    this.page.marks.open(this.page.marks.current);
    this.aim();
  }

  /** Say what a remark would be about: which moment, which competency. */
  aim() {
    const at = this.root.querySelector("[data-at]");
    const aim = this.root.querySelector("[data-aim]");
    const marks = this.page.marks;
    if (at) at.textContent = timecode(this.#at ?? this.page.player.now);
    if (aim && marks?.current) aim.textContent = `→ ${marks.name(marks.current)}`;
  }

  show() {
    const remarks = [...this.page.state().remarks].sort((a, b) => a.at_s - b.at_s);
    this.list.replaceChildren(...remarks.map((remark) => this.#line(remark)));
    this.page.player.pin(remarks);
  }

  /** @param {Remark} remark */
  #line(remark) {
    const line = document.createElement("li");
    const jump = document.createElement("button");
    jump.type = "button";
    jump.className = "desk-jump";
    jump.textContent = timecode(remark.at_s);
    jump.setAttribute("aria-label", `Naar ${timecode(remark.at_s)}`);
    jump.addEventListener("click", () => this.page.player.seek(remark.at_s));
    const text = document.createElement("p");
    text.textContent = remark.text;
    if (remark.competency) {
      const about = document.createElement("span");
      about.className = "remark-for";
      about.textContent = ` → ${this.page.marks?.nameOf(remark.competency) ?? ""}`;
      text.append(about);
    }
    line.append(jump, text);
    if (!this.page.locked) {
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "desk-drop";
      drop.textContent = "×";
      drop.setAttribute("aria-label", `Opmerking op ${timecode(remark.at_s)} weghalen`);
      drop.addEventListener("click", () => this.#drop(remark));
      line.append(drop);
    }
    return line;
  }

  /** @param {Remark} remark */
  #drop(remark) {
    const state = this.page.state();
    state.remarks = state.remarks.filter((one) => one.id !== remark.id);
    this.#changed();
    toast("De opmerking is weggehaald.", {
      undo: () => {
        this.page.state().remarks.push(remark);
        this.#changed();
      },
    });
  }

  #changed() {
    this.page.changed();
    this.show();
    this.page.marks.show();
  }
}
