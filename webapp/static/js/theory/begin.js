/** The page before the test: the browser that begins it leads it. */

import { seatOf } from "./seat.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("form[data-begin]"));
const seat = /** @type {HTMLInputElement} */ (form.elements.namedItem("seat"));
seat.value = seatOf(form.dataset.begin ?? "");
