/** Counts words under a text field that has a guide; the guide advises and never stops anyone. */

/** @param {string} text */
export function wordsIn(text) {
  return text.match(/[\p{L}\p{N}]+(?:['’\-.,][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

export function countWords() {
  for (const output of document.querySelectorAll("[data-words-for]")) {
    const place = /** @type {HTMLElement} */ (output);
    const area = /** @type {HTMLTextAreaElement | null} */ (document.getElementById(place.dataset.wordsFor ?? ""));
    const guide = Number(place.dataset.guide);
    const asked = place.dataset.asked;
    if (!area) continue;
    const start = place.textContent;
    const show = () => {
      const words = wordsIn(area.value);
      place.textContent = words === 0 ? start : `${words} ${words === 1 ? "woord" : "woorden"}, ${asked}`;
      place.toggleAttribute("data-reached", words >= guide);
    };
    area.addEventListener("input", show);
    show();
  }
}
