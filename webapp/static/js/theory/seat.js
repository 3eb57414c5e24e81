/** Which browser leads a test: a name of its own, which a reload and a restart of the browser leave. */

const PREFIX = "vignet-theory-seat:";

/** @param {string} sitting @returns {string} */
export function seatOf(sitting) {
  const known = localStorage.getItem(PREFIX + sitting);
  if (known) return known;
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  localStorage.setItem(PREFIX + sitting, made);
  return made;
}
