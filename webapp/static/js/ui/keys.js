/** `?` shows the keys of this page, `/` goes to its filter. */

import { openDialog } from "./dialog.js";

/** @param {EventTarget | null} target true where a key is text and no command */
export function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
}

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      openDialog("keys");
    } else if (event.key === "/") {
      const filter = /** @type {HTMLElement | null} */ (document.querySelector("input[type=search]"));
      if (!filter) return;
      event.preventDefault();
      filter.focus();
    }
  });
}
