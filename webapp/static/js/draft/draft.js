/**
 * A form that saves itself: within five seconds of a change, and what could not be sent waits in this browser, also when
 * the page was closed in between. Another page that saved first is never written over: what only one of both changed is
 * joined, and about the rest the writer chooses, with both texts to see.
 */

import { clashes, join, read, readStart, same, write } from "./fields.js";
import { showClash } from "./clash.js";
import { Kept } from "../ui/kept.js";
import { backOffMs } from "../ui/retry.js";
import { ask, LoggedOut, Refused } from "../ui/server.js";

const PREFIX = "vignet-draft";
const SOON_MS = 1500;
const LATEST_MS = 4000;
const NO_LINE = "Geen verbinding. Uw tekst staat veilig in deze browser en wordt later verstuurd.";
const LOGGED_OUT =
  "U bent uitgelogd. Uw tekst staat veilig in deze browser. Log in een ander tabblad in; dan gaat het verder.";

/** @typedef {import("./fields.js").Values} Values */

export class Draft {
  #timer = 0;
  #since = 0;
  #failures = 0;
  #busy = false;
  #stopped = false;
  /** Fields about which the writer has to choose first. @type {Set<string>} */
  #open = new Set();

  /** @param {HTMLFormElement} form @param {Kept<{base: Values, values: Values}>} kept */
  constructor(form, kept) {
    this.form = form;
    this.id = form.dataset.draft ?? "";
    this.kept = kept;
    this.base = readStart(form);
    this.status = form.querySelector("[data-draft-status]");
  }

  /** @param {HTMLFormElement} form */
  static async start(form) {
    const draft = new Draft(form, await Kept.open(form.dataset.secret ?? "", PREFIX));
    await draft.#restore();
    form.addEventListener("input", () => draft.#touched());
    form.addEventListener("change", () => draft.#touched());
    form.addEventListener("submit", (event) => draft.#submit(event));
    addEventListener("online", () => void draft.#send());
    addEventListener("pagehide", () => draft.#leave());
    document.addEventListener("visibilitychange", () => document.hidden && void draft.#send());
    form.dataset.draftReady = "";
    return draft;
  }

  get #dirty() {
    return !same(read(this.form), this.base);
  }

  get #version() {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem("version"));
  }

  /** What waited here since an earlier visit is joined with what the server has now. */
  async #restore() {
    const kept = await this.kept.get(this.id);
    if (!kept) return;
    this.#join(kept.base, kept.values, this.base);
    if (!this.#dirty) this.kept.drop(this.id);
    else {
      this.#say("Wat u eerder typte en nog niet verstuurd was, staat er weer.", "warn");
      this.#soon();
    }
  }

  #touched() {
    if (this.#stopped) return;
    if (!this.#dirty) {
      this.kept.drop(this.id);
      return;
    }
    this.kept.put(this.id, { base: this.base, values: read(this.form) });
    if (!this.#open.size) {
      this.#say("Nog niet bewaard …");
      this.#soon();
    }
  }

  #soon(wait = SOON_MS) {
    this.#since ||= Date.now();
    clearTimeout(this.#timer);
    const latest = Math.max(0, this.#since + LATEST_MS - Date.now());
    this.#timer = window.setTimeout(() => void this.#send(), this.#failures ? wait : Math.min(wait, latest));
  }

  async #send() {
    clearTimeout(this.#timer);
    if (this.#busy || this.#stopped || this.#open.size || !this.#dirty) return;
    this.#busy = true;
    this.#since = 0;
    const sent = read(this.form);
    try {
      this.#saved(await this.#post(), sent);
      this.#failures = 0;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#busy = false;
    }
    if (!this.#failures && this.#dirty && !this.#open.size) this.#soon();
  }

  #post(leaving = false) {
    return ask(this.form.action, { body: new FormData(this.form), leaving });
  }

  /** @param {unknown} error */
  #failed(error) {
    if (error instanceof Refused && error.answer.now) {
      this.#version.value = error.answer.version;
      this.#failures = 0;
      this.#join(this.base, read(this.form), { ...this.base, ...error.answer.now });
    } else if (error instanceof Refused) {
      this.#stopped = true;
      this.#say(`${error.message} Wat u hier typte, staat nog op deze pagina.`, "warn");
    } else {
      this.#say(error instanceof LoggedOut ? LOGGED_OUT : NO_LINE, "warn");
      this.#soon(backOffMs(this.#failures++));
    }
  }

  /** @param {any} told @param {Values} sent */
  #saved(told, sent) {
    this.#version.value = told.version;
    this.base = sent;
    if (!this.#dirty) this.kept.drop(this.id);
    for (const [name, html] of Object.entries(told.parts)) this.#show(name, html);
    const wrong = Object.values(told.errors).flat();
    if (wrong.length) this.#say(`Bewaard om ${told.saved_at}, behalve: ${wrong.join(" ")}`, "warn");
    else this.#say(`Bewaard om ${told.saved_at}`, "ok");
  }

  /** @param {string} name @param {string} html */
  #show(name, html) {
    const place = this.form.querySelector(`[data-part="${name}"]`) ?? document.querySelector(`[data-part="${name}"]`);
    if (!place) return;
    place.innerHTML = html;
    const field = this.form.querySelector("[data-reveal]");
    if (field && place.querySelector("[data-alike]")) field.removeAttribute("hidden");
  }

  /** Another page saved first. @param {Values} base @param {Values} mine @param {Values} theirs */
  #join(base, mine, theirs) {
    const both = clashes(base, mine, theirs);
    write(this.form, join(base, mine, theirs));
    this.base = theirs;
    this.#open = new Set(both);
    for (const name of both) {
      showClash(this.form, name, theirs[name], (text) => {
        if (text !== null) write(this.form, { ...read(this.form), [name]: text });
        this.#open.delete(name);
        if (!this.#open.size) this.#touched();
      });
    }
    if (both.length) this.#say("Er is iets bewaard in een ander venster. Kies hierboven wat u wilt houden.", "warn");
    else if (this.#dirty) this.#soon();
    else this.kept.drop(this.id);
  }

  /** The button saves by itself; a choice that is still open comes first. @param {SubmitEvent} event */
  #submit(event) {
    if (!this.#open.size) {
      clearTimeout(this.#timer);
      this.#stopped = true;
      return;
    }
    event.preventDefault();
    this.form.querySelector("[data-clash] button")?.scrollIntoView({ block: "center" });
    /** @type {HTMLElement | null} */ (this.form.querySelector("[data-clash] button"))?.focus();
  }

  #leave() {
    if (!this.#stopped && !this.#open.size && this.#dirty && !this.#busy) void this.#post(true).catch(() => {});
  }

  /** @param {string} text @param {string} [tone] */
  #say(text, tone = "") {
    if (!this.status) return;
    this.status.textContent = text;
    this.status.setAttribute("data-tone", tone);
  }
}
