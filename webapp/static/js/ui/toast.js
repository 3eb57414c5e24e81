/** A short message at the foot of the page, with an undo that stays as long as the reader needs it. */

/**
 * @param {string} message
 * @param {{undo?: () => void | Promise<void>, seconds?: number}} [options] with `undo` the toast stays until it is closed
 */
export function toast(message, { undo, seconds = 8 } = {}) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const box = document.createElement("div");
  box.className = "toast";
  const text = document.createElement("p");
  text.textContent = message;
  box.append(text);
  if (undo) {
    box.append(
      button("Ongedaan maken", async () => {
        box.remove();
        await undo();
      }),
    );
  }
  box.append(button("Sluiten", () => box.remove()));
  place.append(box);
  if (!undo) setTimeout(() => box.remove(), seconds * 1000);
}

/** @param {string} label @param {() => void} act */
function button(label, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button";
  element.textContent = label;
  element.addEventListener("click", act);
  return element;
}
