/** Opens the native dialog that `data-dialog` names; without script the same link shows it by `:target`. */

/** @param {string} id */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

export function watchDialogs() {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const opener = target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      openDialog(opener.getAttribute("data-dialog") ?? "");
      return;
    }
    const closer = target.closest("[data-close]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog")?.close();
    } else if (target instanceof HTMLDialogElement && outside(target, event)) {
      target.close();
    }
  });
  document.addEventListener("keydown", (event) => {
    const opener = /** @type {Element} */ (event.target).closest?.("a[data-dialog]");
    if (event.key === " " && opener) {
      event.preventDefault();
      openDialog(opener.getAttribute("data-dialog") ?? "");
    }
  });
}

/** @param {HTMLDialogElement} dialog @param {MouseEvent} event */
function outside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
