/**
 * Menus: what opens under a word, and rows of places that are longer than the screen is wide.
 *
 * A menu is a `details`: Escape, a click beside it or leaving it by Tab closes it.
 */

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
    details.addEventListener("toggle", () => keepOnScreen(details));
    document.addEventListener("click", (event) => {
      if (!details.contains(/** @type {Node} */ (event.target))) details.open = false;
    });
  }
}

/** Where a row of places is pushed aside, the place where we are stands in view. */
export function showWhereWeAre() {
  const shown = ".lasting-menu :is(.menu-here, .menu-head[aria-current]), .tabs > [aria-current]";
  for (const here of document.querySelectorAll(shown)) {
    const row = here.closest("ul, .tabs");
    if (!row || row.scrollWidth <= row.clientWidth) continue;
    here.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
  }
}

/** What opens near the right edge ends with its word instead of beginning with it. @param {HTMLDetailsElement} menu */
function keepOnScreen(menu) {
  const panel = menu.querySelector(".menu-panel");
  panel?.removeAttribute("data-end");
  const width = document.documentElement.clientWidth;
  if (menu.open && panel && panel.getBoundingClientRect().right > width) panel.setAttribute("data-end", "");
}
