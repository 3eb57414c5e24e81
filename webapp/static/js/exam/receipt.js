/** The receipt: copying a hash, and numbers that appear when they have been worked out. */

import { toast } from "../ui/toast.js";

const LOOK_MS = 15_000;

document.addEventListener("click", async (event) => {
  const target = /** @type {Element} */ (event.target);
  const hash = target.closest("[data-copy]")?.getAttribute("data-copy");
  if (hash) {
    await navigator.clipboard.writeText(document.getElementById(hash)?.textContent ?? "");
    toast("Het controlegetal is gekopieerd.");
  }
});

function showButtons() {
  for (const button of document.querySelectorAll("[data-print], [data-copy]")) {
    /** @type {HTMLElement} */ (button).hidden = button.hasAttribute("data-copy") && !navigator.clipboard;
  }
}

/** Fetch the table anew while something is missing, unless the reader has a part of it open. */
async function look() {
  const element = document.getElementById("answers");
  if (!element?.querySelector("[data-pending]")) return;
  if (!element.querySelector("details[open]") && !element.contains(document.activeElement) && !document.hidden) {
    const text = await fetch(location.href).then((response) => response.text()).catch(() => "");
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("answers");
    if (fresh) element.replaceChildren(...fresh.childNodes);
    showButtons();
  }
  setTimeout(look, LOOK_MS);
}

showButtons();
setTimeout(look, LOOK_MS);
