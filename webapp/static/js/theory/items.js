/** The items of the page: which one is shown, what was answered, and where a flag stands. */

/** @typedef {{response: string[], flagged: boolean}} Answer */

export class Items {
  /** @param {HTMLElement} root @param {(number: number) => void} changed is told when the candidate changed an item */
  constructor(root, changed) {
    this.root = root;
    this.forms = new Map(
      [.../** @type {NodeListOf<HTMLFormElement>} */ (root.querySelectorAll("form[data-item]"))].map((form) => [
        Number(form.dataset.item),
        form,
      ]),
    );
    this.shown = 1;
    for (const [number, form] of this.forms) {
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("focusout", () => settle(form));
      form.addEventListener("change", (event) => {
        limit(form, /** @type {HTMLElement} */ (event.target));
        this.mark(number);
        changed(number);
      });
      this.mark(number);
    }
  }

  /** @param {number} number @returns {Answer} */
  read(number) {
    const form = this.#form(number);
    const values = controls(form).flatMap((one) => {
      if (one instanceof HTMLInputElement) return one.checked ? [one.value] : [];
      return one.value && !taken(one) ? [one.value] : [];
    });
    return { response: values, flagged: flag(form).checked };
  }

  /** @param {number} number @param {Answer} answer */
  write(number, { response, flagged }) {
    const form = this.forms.get(number);
    if (!form) return;
    const left = [...response];
    for (const one of controls(form)) {
      if (one instanceof HTMLInputElement) one.checked = response.includes(one.value);
      else {
        // In an order the places are told apart by the order of the values; elsewhere each value has one place.
        const at = left.findIndex((value) => [...one.options].some((option) => option.value === value));
        one.value = at < 0 ? "" : (left.splice(at, 1)[0] ?? "");
      }
    }
    flag(form).checked = flagged;
    this.mark(number);
  }

  /** Show one item, and put the reader at its heading. @param {number} number */
  show(number) {
    for (const [other, form] of this.forms) form.hidden = other !== number;
    this.shown = number;
    for (const button of this.root.querySelectorAll(".theory-overview [data-go]")) {
      const here = Number(/** @type {HTMLElement} */ (button).dataset.go) === number;
      if (here) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    this.forms.get(number)?.querySelector("h2")?.focus();
  }

  hideAll() {
    for (const form of this.forms.values()) form.hidden = true;
  }

  /** Say in the overview how far an item is. @param {number} number */
  mark(number) {
    const { response, flagged } = this.read(number);
    const button = this.root.querySelector(`.theory-overview [data-go="${number}"]`);
    button?.classList.toggle("is-answered", response.length > 0);
    button?.classList.toggle("is-flagged", flagged);
    const said = button?.querySelector("[data-say]");
    if (said) said.textContent = `${response.length ? ", beantwoord" : ", nog geen antwoord"}${flagged ? ", met vlag" : ""}`;
  }

  /** How many have no answer yet, and how many a flag. */
  count() {
    const answers = [...this.forms.keys()].map((number) => this.read(number));
    return {
      open: answers.filter((one) => !one.response.length).length,
      flagged: answers.filter((one) => one.flagged).length,
    };
  }

  /** Nothing can be changed any more. */
  lock() {
    for (const form of this.forms.values()) for (const one of form.querySelectorAll("input, select")) one.setAttribute("disabled", "");
  }

  /** @param {number} number */
  #form(number) {
    return /** @type {HTMLFormElement} */ (this.forms.get(number));
  }
}

/** @param {HTMLFormElement} form @returns {(HTMLInputElement | HTMLSelectElement)[]} */
function controls(form) {
  return [...form.querySelectorAll("[name=r]")].map((one) => /** @type {HTMLInputElement | HTMLSelectElement} */ (one));
}

/** @param {HTMLFormElement} form */
function flag(form) {
  return /** @type {HTMLInputElement} */ (form.querySelector("[data-flag]"));
}

/**
 * What may be used once counts where it was chosen last; one choice too many is taken back. The other place is emptied
 * only when the list is left: arrow keys pass what is chosen elsewhere on their way.
 * @param {HTMLFormElement} form @param {HTMLElement} changed
 */
function limit(form, changed) {
  const once = changed.closest("[data-once]");
  if (once && changed instanceof HTMLSelectElement) {
    for (const other of once.querySelectorAll("select")) delete other.dataset.newest;
    changed.dataset.newest = "";
  }
  const most = Number(changed.closest("[data-most]")?.getAttribute("data-most") ?? 0);
  if (most > 1 && changed instanceof HTMLInputElement && form.querySelectorAll("[data-most] input:checked").length > most) {
    changed.checked = false;
  }
}

/** True when what this list holds was chosen in another one since. @param {HTMLSelectElement} one */
function taken(one) {
  const newest = /** @type {HTMLSelectElement | null | undefined} */ (one.closest("[data-once]")?.querySelector("[data-newest]"));
  return Boolean(newest?.value) && newest !== one && newest !== null && newest !== undefined && used(newest) === used(one);
}

/** Empty what was chosen elsewhere since. @param {HTMLFormElement} form */
function settle(form) {
  for (const one of form.querySelectorAll("select")) if (taken(one)) one.value = "";
}

/** What was used: of a pair the part that the places share, which is what the reader sees. @param {HTMLSelectElement} one */
function used(one) {
  return one.selectedOptions[0]?.textContent ?? "";
}
