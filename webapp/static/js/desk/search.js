/** Phase 2: looks for words in all answers of this candidate, and leads to the answer and the second. */

import { around, hits, wordsAt } from "./find.js";
import { timecode } from "./player.js";

/** @typedef {{url: string, name: string, words: string}} Answer */

const MOST = 50;

const place = document.querySelector("[data-search]");
const form = place?.querySelector("form");
const status = /** @type {HTMLElement | null} */ (place?.querySelector("[data-search-status]") ?? null);
const list = place?.querySelector("[data-search-results]");

/** @type {Promise<(import("./find.js").Word[] | null)[]> | undefined} */
let loading;

/** @param {Answer} answer @param {import("./find.js").Word[]} words @param {number} at */
function line(answer, words, at) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `${answer.url}#t=${words[at][0]}`;
  link.textContent = `${answer.name}, ${timecode(words[at][0])}`;
  const text = document.createElement("span");
  text.textContent = ` ${around(words, at)}`;
  item.append(link, text);
  return item;
}

/** @param {Answer[]} answers @param {string} query */
async function search(answers, query) {
  if (!status || !list) return;
  status.textContent = "Een ogenblik …";
  loading ??= Promise.all(answers.map((answer) => wordsAt(answer.words)));
  const words = await loading;
  const lines = answers.flatMap((answer, on) => hits(words[on] ?? [], query).map((at) => line(answer, words[on] ?? [], at)));
  list.replaceChildren(...lines.slice(0, MOST));
  const missing = words.filter((one) => one === null).length;
  if (missing) loading = undefined;
  status.textContent = [
    lines.length ? `${lines.length} keer gevonden.` : "Niet gevonden. Het programma kan het anders hebben opgeschreven.",
    lines.length > MOST ? `De eerste ${MOST} staan hier.` : "",
    missing ? `De tekst van ${missing} ${missing === 1 ? "antwoord" : "antwoorden"} kon niet worden geladen.` : "",
  ].filter(Boolean).join(" ");
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const answers = JSON.parse(place?.querySelector("script")?.textContent ?? "[]");
  const query = /** @type {HTMLInputElement} */ (form.querySelector("input")).value;
  if (query.trim()) void search(answers, query);
});
