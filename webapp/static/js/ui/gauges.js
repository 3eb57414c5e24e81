/** Timer ring and sound meter: values come from script by CSS variables, because the CSP allows no style attribute. */

/**
 * @param {HTMLElement} ring a `.ring`
 * @param {number} left share of the time that is left, 0 to 1
 * @param {string} text what stands in the ring, such as "0:24"
 */
export function setRing(ring, left, text) {
  ring.style.setProperty("--left", String(Math.min(1, Math.max(0, left))));
  const label = ring.querySelector(".ring-text");
  if (label && label.textContent !== text) label.textContent = text;
}

/**
 * @param {HTMLElement} meter a `.meter`
 * @param {number} level loudness, 0 to 1
 */
export function setLevel(meter, level) {
  const share = Math.min(1, Math.max(0, level));
  meter.style.setProperty("--level", String(share));
  meter.querySelector("[role=meter]")?.setAttribute("aria-valuenow", String(Math.round(share * 100)));
}

/** @param {ParentNode} root */
export function showGauges(root = document) {
  for (const ring of root.querySelectorAll("[data-left]")) {
    const element = /** @type {HTMLElement} */ (ring);
    element.style.setProperty("--left", element.dataset.left ?? "1");
  }
  for (const meter of root.querySelectorAll("[data-level-now]")) {
    setLevel(/** @type {HTMLElement} */ (meter), Number(/** @type {HTMLElement} */ (meter).dataset.levelNow));
  }
}
