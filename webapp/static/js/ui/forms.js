/** A form is sent once: its button shows that it is busy and a second press does nothing. */

/** @param {HTMLElement} button @param {boolean} busy */
export function setBusy(button, busy) {
  button.toggleAttribute("data-busy", busy);
  if (busy) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}

export function watchBusyForms() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const button = /** @type {SubmitEvent} */ (event).submitter;
    if (form.method !== "post" || !button || event.defaultPrevented) return;
    if (button.hasAttribute("data-busy")) event.preventDefault();
    else setBusy(button, true);
  });
  // Back in the history shows the page as it was left: with the button still busy.
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-busy]")) setBusy(/** @type {HTMLElement} */ (button), false);
  });
}
