/** The competencies of one answer: one is open, its levels are readable, and the keys are about that one. */

import { empty } from "./state.js";
import { timecode } from "./player.js";

/** @typedef {import("./state.js").State} State */

const GUIDE_KEY = "vignet-desk-guide";
const SAME_MOMENT_S = 0.05;

export class Marks {
  /** @type {HTMLFieldSetElement[]} */
  cards;

  /**
   * @param {HTMLElement} root
   * @param {{state: () => State, changed: () => void, opened: () => void, seek: (at: number) => void, locked: boolean}} page
   */
  constructor(root, page) {
    this.page = page;
    this.cards = [...root.querySelectorAll(".mark")].map((card) => /** @type {HTMLFieldSetElement} */ (card));
    this.guide(localStorage.getItem(GUIDE_KEY) === "1");
    for (const card of this.cards) this.#listen(card);
    this.show();
    this.open(this.cards.find((card) => !this.#answered(card)) ?? this.cards[0], false);
  }

  /** @param {HTMLFieldSetElement} card */
  #listen(card) {
    card.addEventListener("change", (event) => {
      const input = /** @type {HTMLInputElement} */ (event.target);
      if (input.type === "radio") this.set(card, input.value);
    });
    // A card that opens under the pointer would move away what is being pressed, so the pointer opens it on release.
    card.addEventListener("click", () => this.open(card, false));
    card.addEventListener("focusin", (event) => {
      if (/** @type {HTMLElement} */ (event.target).matches(":focus-visible")) this.open(card, false);
    });
    const reason = this.#reason(card);
    reason.addEventListener("input", () => {
      this.#score(card).reason = reason.value;
      this.#showOne(card);
      this.page.changed();
    });
  }

  /** @param {HTMLFieldSetElement} card */
  key = (card) => card.dataset.competency ?? "";

  /** @param {HTMLFieldSetElement} card */
  name = (card) => card.querySelector("legend")?.textContent?.trim() ?? "";

  /** @param {string} key */
  nameOf = (key) => {
    const card = this.cards.find((one) => this.key(one) === key);
    return card ? this.name(card) : "";
  };

  /** @param {HTMLFieldSetElement} card */
  #reason = (card) => /** @type {HTMLInputElement} */ (card.querySelector("[data-reason]"));

  /** @param {HTMLFieldSetElement} card */
  #score(card) {
    return (this.page.state().scores[this.key(card)] ??= empty());
  }

  /** @param {HTMLFieldSetElement} card */
  #answered(card) {
    const score = this.page.state().scores[this.key(card)];
    return Boolean(score && (score.level !== null || score.not_observable));
  }

  get current() {
    return this.cards.find((card) => card.hasAttribute("data-open")) ?? this.cards[0];
  }

  /** @param {HTMLFieldSetElement} card @param {boolean} [focus] */
  open(card, focus = true) {
    if (!card) return;
    for (const one of this.cards) one.toggleAttribute("data-open", one === card);
    if (focus) {
      const radios = /** @type {NodeListOf<HTMLInputElement>} */ (card.querySelectorAll("input[type=radio]"));
      ([...radios].find((radio) => radio.checked) ?? radios[0]).focus({ preventScroll: true });
    }
    card.scrollIntoView({ block: "nearest" });
    this.page.opened();
  }

  /** @param {1 | -1} way */
  step(way) {
    const at = this.cards.indexOf(this.current) + way;
    if (this.cards[at]) this.open(this.cards[at]);
  }

  /** @param {HTMLFieldSetElement} card @param {string} value "1" to "5" or "not_observable" */
  set(card, value) {
    const score = this.#score(card);
    score.not_observable = value === "not_observable";
    score.level = score.not_observable ? null : Number(value);
    if (!score.not_observable) score.reason = "";
    this.show();
    this.open(card, false);
    this.page.changed();
  }

  /** By a key: the choice is made and the focus stands on it. @param {string} value */
  choose(value) {
    const card = this.current;
    this.set(card, value);
    if (value === "not_observable") this.#reason(card).focus();
    else this.open(card);
  }

  /** @param {number} at */
  addEvidence(at) {
    const score = this.#score(this.current);
    const moment = Math.round(at * 1000) / 1000;
    if (score.moments.some((one) => Math.abs(one - moment) < SAME_MOMENT_S)) return;
    score.moments = [...score.moments, moment].sort((a, b) => a - b);
    this.show();
    this.page.changed();
  }

  toggleGuide() {
    this.guide(!this.cards[0]?.hasAttribute("data-guide"));
  }

  /** @param {boolean} shown */
  guide(shown) {
    localStorage.setItem(GUIDE_KEY, shown ? "1" : "0");
    for (const card of this.cards) {
      card.toggleAttribute("data-guide", shown);
      card.querySelector("[data-act=guide]")?.setAttribute("aria-pressed", String(shown));
    }
  }

  /** Show what the state says. */
  show() {
    for (const card of this.cards) this.#showOne(card);
  }

  /** @param {HTMLFieldSetElement} card */
  #showOne(card) {
    const state = this.page.state();
    const score = state.scores[this.key(card)] ?? empty();
    const value = score.not_observable ? "not_observable" : String(score.level ?? "");
    for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (card.querySelectorAll("input[type=radio]"))) {
      radio.checked = radio.value === value;
    }
    const chosen = card.querySelector("input:checked")?.closest("label")?.querySelector(".mark-text")?.firstChild;
    const words = score.not_observable ? `Niet waarneembaar: ${score.reason}` : chosen?.textContent;
    /** @type {HTMLElement} */ (card.querySelector(".mark-chosen")).textContent = words ?? "Nog geen niveau gekozen";
    /** @type {HTMLElement} */ (card.querySelector(".mark-reason")).hidden = !score.not_observable;
    const reason = this.#reason(card);
    if (reason.value !== score.reason && document.activeElement !== reason) reason.value = score.reason;
    this.#showEvidence(card, score.moments, state.remarks);
    card.toggleAttribute("data-scored", this.#answered(card));
    const there = this.#answered(card) && (score.not_observable ? score.reason.trim() !== "" : this.#pieces(card) > 0);
    if (there) card.removeAttribute("data-missing");
  }

  /** @param {HTMLFieldSetElement} card */
  #pieces = (card) => card.querySelectorAll(".mark-piece").length;

  /** @param {HTMLFieldSetElement} card @param {number[]} moments @param {import("./state.js").Remark[]} remarks */
  #showEvidence(card, moments, remarks) {
    const own = remarks.filter((remark) => remark.competency === this.key(card));
    const pieces = [
      ...moments.map((at) => ({ at, label: "", drop: () => this.#dropMoment(card, at) })),
      ...own.map((remark) => ({ at: remark.at_s, label: remark.text, drop: () => this.#detach(remark) })),
    ].sort((a, b) => a.at - b.at);
    card.querySelector("[data-evidence]")?.replaceChildren(...pieces.map((piece) => this.#piece(piece)));
    /** @type {HTMLElement} */ (card.querySelector("[data-evidence-label]")).textContent = pieces.length ? "Bewijs" : "Nog geen bewijs";
  }

  /** @param {{at: number, label: string, drop: () => void}} piece */
  #piece({ at, label, drop }) {
    const box = document.createElement("span");
    box.className = "mark-piece";
    const jump = document.createElement("button");
    jump.type = "button";
    jump.className = "desk-jump";
    jump.textContent = timecode(at);
    jump.title = label;
    jump.setAttribute("aria-label", `Naar ${timecode(at)}${label ? `: ${label}` : ""}`);
    jump.addEventListener("click", () => this.page.seek(at));
    box.append(jump);
    if (!this.page.locked) {
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "desk-drop";
      remove.textContent = "×";
      remove.setAttribute("aria-label", `Bewijs op ${timecode(at)} weghalen`);
      remove.addEventListener("click", (event) => {
        event.stopPropagation();
        drop();
      });
      box.append(remove);
    }
    return box;
  }

  /** @param {HTMLFieldSetElement} card @param {number} at */
  #dropMoment(card, at) {
    const score = this.#score(card);
    score.moments = score.moments.filter((one) => one !== at);
    this.show();
    this.page.changed();
  }

  /** The remark stays, as one on no competency. @param {import("./state.js").Remark} remark */
  #detach(remark) {
    remark.competency = null;
    this.show();
    this.page.changed();
  }

  /** @param {string[]} keys */
  missing(keys) {
    for (const card of this.cards) card.toggleAttribute("data-missing", keys.includes(this.key(card)));
  }
}
