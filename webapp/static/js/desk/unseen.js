/** A recording that was not seen to its end: which parts, the way there, and the word without which nobody signs. */

/** @typedef {import("./state.js").State} State */

export class Unseen {
  /** @type {number | null} where the first part begins that was not seen */
  #first = null;

  /**
   * @param {HTMLElement} root
   * @param {{state: () => State, changed: () => void, player: import("./player.js").Player, sign: () => void}} page
   */
  constructor(root, page) {
    this.page = page;
    this.place = /** @type {HTMLElement | null} */ (root.querySelector(".desk-unseen"));
    this.why = /** @type {HTMLInputElement | null} */ (root.querySelector("[data-unseen-because]"));
    this.why?.addEventListener("input", () => {
      page.state().unseen_because = this.why?.value ?? "";
      page.changed();
    });
    this.why?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      page.sign();
    });
    this.show();
  }

  /** Show what the state says. */
  show() {
    if (!this.place || !this.why) return;
    const because = this.page.state().unseen_because ?? "";
    if (document.activeElement !== this.why) this.why.value = because;
    if (because) this.place.hidden = false;
  }

  /** The server did not sign: say what was not seen, and ask why. @param {{unseen: [number, number][], words: string}} told */
  ask({ unseen, words }) {
    if (!this.place) return;
    this.#first = unseen[0][0];
    /** @type {HTMLElement} */ (this.place.querySelector("[data-unseen-parts]")).textContent = `Nog niet gezien: ${words}.`;
    this.place.hidden = false;
    this.why?.focus();
  }

  /** Play from where the first part begins that was not seen. */
  watch() {
    if (this.#first !== null) this.page.player.seek(this.#first);
    this.page.player.play();
  }
}
