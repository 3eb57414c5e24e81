/** One candidate's checklist on the page: its fields, its conversations, its totals, and whether it is signed. */

import { Log } from "./log.js";
import { gaps, outcome, total } from "./tally.js";

/** @typedef {import("./log.js").Entry} Entry */
/** @typedef {import("./log.js").Value} Value */
/** @typedef {import("./tally.js").Term} Term */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

const WORDS = { true: "ja", false: "nee", "": "leeg" };

export class Sheet {
  log = new Log();
  /** What the server says of the signature. @type {{id: string, state: string, words: string} | null} */
  result = null;
  /** Signed here, and not yet with the server. */
  pending = false;
  /** Why a signature was not taken, or was sent back. */
  why = "";

  /**
   * @param {HTMLElement} root @param {{terms: Term[], minimum: number}} rules
   * @param {(field: string, value: Value) => void} written
   */
  constructor(root, rules, written) {
    this.root = root;
    this.id = root.dataset.sheet ?? "";
    this.rules = rules;
    this.written = written;
    this.place = /** @type {HTMLElement} */ (root.querySelector("[data-conversations]"));
    root.addEventListener("input", (event) => this.#changed(event));
    root.addEventListener("change", (event) => this.#changed(event));
    root.addEventListener("click", (event) => this.#clicked(event));
  }

  get locked() {
    return this.pending || this.result !== null;
  }

  get gaps() {
    return gaps(this.rules.terms, this.log, this.rules.minimum);
  }

  get outcome() {
    return outcome(this.rules.terms, this.log);
  }

  /** The points that were not given, with the reasons. */
  get missed() {
    const all = this.rules.terms.flatMap((term) => term.points);
    return all
      .filter((key) => this.log.value(`point/${key}/given`) === false)
      .map((key) => ({
        text: this.root.querySelector(`[data-point="${key}"] .point-text`)?.textContent ?? key,
        reason: String(this.log.value(`point/${key}/reason`) ?? ""),
      }));
  }

  /** @param {Event} event */
  #changed(event) {
    const control = /** @type {Control} */ (event.target);
    const field = control.dataset.field;
    if (!field || this.locked || (event.type === "input" && control.type === "radio")) return;
    const value = valueOf(control);
    if (value === undefined || (this.log.value(field) === value && this.log.standing(field).length)) return;
    this.written(field, value);
    // Whatever stands chosen in a conversation belongs to it from its first word on.
    for (const select of control.closest("[data-conversation]")?.querySelectorAll("select") ?? []) {
      const own = select.dataset.field ?? "";
      if (select.value && !this.log.standing(own).length) this.written(own, select.value);
    }
    this.show();
  }

  /** @param {Event} event */
  #clicked(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    if (!button || this.locked) return;
    if (button.hasAttribute("data-add")) /** @type {HTMLElement | null} */ (this.addConversation().querySelector("select"))?.focus();
    const block = /** @type {HTMLElement | null} */ (button.closest("[data-conversation]"));
    if (block && button.dataset.now) {
      const control = /** @type {HTMLInputElement} */ (block.querySelector(`[data-field$="/${button.dataset.now}"]`));
      control.value = new Date().toTimeString().slice(0, 5);
      control.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (block && button.hasAttribute("data-remove")) {
      const id = block.dataset.conversation ?? "";
      if (this.log.conversations.includes(id)) this.written(`conversation/${id}/removed`, true);
      block.remove();
      this.#number();
      this.show();
    }
  }

  /** @param {string} [id] */
  addConversation(id = crypto.randomUUID()) {
    const template = /** @type {HTMLTemplateElement} */ (document.getElementById("conversation"));
    const made = /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
    made.dataset.conversation = id;
    for (const control of /** @type {NodeListOf<Control>} */ (made.querySelectorAll("[data-part]"))) {
      control.dataset.field = `conversation/${id}/${control.dataset.part}`;
      control.id = `${this.id}-${id}-${control.dataset.part}`;
      made.querySelector(`[data-for="${control.dataset.part}"]`)?.setAttribute("for", control.id);
    }
    this.place.append(made);
    this.#number();
    return made;
  }

  #number() {
    this.place.querySelectorAll("[data-conversation] legend").forEach((legend, at) => {
      legend.textContent = `Gesprek ${at + 1}`;
    });
  }

  /** A place for every conversation that is written of, and for as many as are needed. */
  #lay() {
    const there = /** @type {HTMLElement[]} */ ([...this.place.querySelectorAll("[data-conversation]")]);
    const known = this.log.conversations;
    const ids = there.map((one) => one.dataset.conversation ?? "");
    for (const block of there) {
      const id = block.dataset.conversation ?? "";
      if (this.log.value(`conversation/${id}/removed`) === true) block.remove();
    }
    const began = (/** @type {string} */ id) => String(this.log.value(`conversation/${id}/began`) ?? "~");
    const fresh = known.filter((id) => !ids.includes(id)).sort((one, other) => began(one).localeCompare(began(other)));
    for (const id of fresh) {
      // A block that nobody wrote in makes room.
      const empty = /** @type {HTMLElement | undefined} */ (
        [...this.place.querySelectorAll("[data-conversation]")].find(
          (one) => !this.log.names.some((name) => name.startsWith(`conversation/${/** @type {HTMLElement} */ (one).dataset.conversation}/`)),
        )
      );
      const made = this.addConversation(id);
      if (empty) {
        empty.replaceWith(made);
        this.#number();
      }
    }
    while (this.place.querySelectorAll("[data-conversation]").length < this.rules.minimum) this.addConversation();
  }

  /** Put on the page what is in the log. */
  show() {
    this.#lay();
    for (const control of /** @type {NodeListOf<Control>} */ (this.root.querySelectorAll("[data-field]"))) this.#fill(control);
    for (const point of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-point]"))) {
      const given = this.log.value(`point/${point.dataset.point}/given`);
      point.querySelector("[data-reason]")?.toggleAttribute("hidden", given !== false);
      point.toggleAttribute("data-missed", given === false);
    }
    for (const term of this.rules.terms) this.#total(term);
    for (const fieldset of this.root.querySelectorAll("[data-whole]")) fieldset.toggleAttribute("disabled", this.locked);
    this.#verdict();
  }

  /** @param {Control} control */
  #fill(control) {
    const field = control.dataset.field ?? "";
    const value = this.log.value(field);
    if (control instanceof HTMLInputElement && control.type === "radio") control.checked = String(value) === control.value;
    else if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = value === true;
    else if (value !== undefined && control.value !== value && document.activeElement !== control) control.value = String(value);
    if (control.type === "radio" && control.value !== "true") return;
    this.#clash(control, field);
  }

  /** Two devices say different things: both are shown, and one is chosen. @param {Control} control @param {string} field */
  #clash(control, field) {
    const holder = control.closest("[data-holder]") ?? control.parentElement;
    const old = holder?.querySelector(`[data-clash="${field}"]`);
    const choices = this.log.choices(field);
    if (old && old.getAttribute("data-values") === JSON.stringify(choices)) return;
    old?.remove();
    if (!choices.length || !holder) return;
    const box = document.createElement("div");
    box.className = "notice notice-warn";
    box.dataset.clash = field;
    box.dataset.values = JSON.stringify(choices);
    const body = document.createElement("div");
    body.className = "notice-body";
    const said = document.createElement("p");
    said.textContent = "Op twee apparaten staat hier iets anders. Wat klopt?";
    const row = document.createElement("p");
    row.className = "row";
    for (const value of choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = this.#word(control, value);
      button.addEventListener("click", () => {
        this.written(field, value);
        this.show();
      });
      row.append(button);
    }
    body.append(said, row);
    box.append(body);
    holder.append(box);
  }

  /** @param {Control} control @param {Value} value */
  #word(control, value) {
    if (control instanceof HTMLSelectElement) return [...control.options].find((one) => one.value === value)?.text ?? String(value);
    if (control instanceof HTMLInputElement && control.type === "radio") return value ? "gezien" : "niet gezien";
    return WORDS[/** @type {keyof typeof WORDS} */ (String(value))] ?? String(value);
  }

  /** @param {Term} term */
  #total(term) {
    const place = this.root.querySelector(`[data-total="${term.key}"]`);
    if (!place) return;
    const { given, most } = total(term, this.log);
    const state = given >= term.min ? "reached" : most < term.min ? "lost" : "open";
    place.setAttribute("data-state", state);
    /** @type {Element} */ (place.querySelector("[data-given]")).textContent = String(given);
    const words = { reached: "gehaald", lost: "niet meer te halen", open: "nog niet gehaald" };
    /** @type {Element} */ (place.querySelector("[data-reached]")).textContent = words[state];
  }

  #verdict() {
    const place = /** @type {HTMLElement} */ (this.root.querySelector("[data-verdict]"));
    const open = this.outcome === null ? "nog open" : this.outcome ? "behaald" : "niet behaald";
    place.textContent = this.result?.words ?? (this.pending ? "Ondertekend. Wordt verstuurd zodra er verbinding is." : `Zoals het er nu staat: ${open}.`);
    const why = /** @type {HTMLElement} */ (this.root.querySelector("[data-why]"));
    why.hidden = !this.why || this.locked;
    /** @type {Element} */ (why.querySelector("p")).textContent = this.why;
  }
}

/** The value that a control holds; undefined for a radio that is not chosen. @param {Control} control @returns {Value | undefined} */
function valueOf(control) {
  if (control instanceof HTMLInputElement && control.type === "radio") return control.checked ? control.value === "true" : undefined;
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.checked;
  return control.value;
}
