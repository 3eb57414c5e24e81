/** A menu is a `details`: Escape, a click beside it or leaving it by Tab closes it. */

export function watchMenus() {
  for (const menu of document.querySelectorAll("details.menu")) {
    const details = /** @type {HTMLDetailsElement} */ (menu);
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      details.open = false;
      details.querySelector("summary")?.focus();
    });
    details.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !details.contains(/** @type {Node} */ (event.relatedTarget))) details.open = false;
    });
    document.addEventListener("click", (event) => {
      if (!details.contains(/** @type {Node} */ (event.target))) details.open = false;
    });
  }
}
