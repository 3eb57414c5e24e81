/** The border between the recording and the competencies: dragged, or moved by keys, and where it was the next time. */

const KEY = "vignet-desk-split";
const [LEAST, MOST, STEP, USUAL] = [36, 66, 2, 51];

/** @param {HTMLElement} root */
export function watchSplit(root) {
  const border = /** @type {HTMLElement} */ (root.querySelector(".desk-split"));
  const columns = /** @type {HTMLElement} */ (border.parentElement);
  let share = USUAL;
  const move = (/** @type {number} */ wanted) => {
    share = Math.min(Math.max(Math.round(wanted * 10) / 10, LEAST), MOST);
    columns.style.setProperty("--desk-left", `${share}fr`);
    columns.style.setProperty("--desk-right", `${100 - share}fr`);
    border.setAttribute("aria-valuenow", String(Math.round(share)));
    border.setAttribute("aria-valuetext", `opname ${Math.round(share)} procent van de breedte`);
    localStorage.setItem(KEY, String(share));
    dispatchEvent(new Event("resize"));
  };
  border.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    border.focus();
    border.setPointerCapture(event.pointerId);
  });
  border.addEventListener("pointermove", (event) => {
    if (!border.hasPointerCapture(event.pointerId)) return;
    const box = columns.getBoundingClientRect();
    move(((event.clientX - box.left) / box.width) * 100);
  });
  border.addEventListener("dblclick", () => move(USUAL));
  border.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: share - STEP, ArrowRight: share + STEP, Home: LEAST, End: MOST, Enter: USUAL }[event.key];
    if (to === undefined || event.ctrlKey) return;
    event.preventDefault();
    move(to);
  });
  const kept = Number(localStorage.getItem(KEY));
  if (kept) move(kept);
}
