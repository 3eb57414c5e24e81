/** The online test: one item at a time, each answer saved, the server's time, and handing in. */

import { backOffMs, pause } from "../ui/retry.js";
import { post, Refused } from "../ui/server.js";
import { Items } from "./items.js";
import { seatOf } from "./seat.js";
import { Sending } from "./sending.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-theory]"));
const clock = /** @type {HTMLElement} */ (document.querySelector("[data-clock]"));
const status = /** @type {HTMLElement} */ (document.querySelector("[data-status]"));
const summary = part("[data-summary]");
const id = root.dataset.theory ?? "";
const seat = seatOf(id);
const headers = { "X-Seat": seat };
const SHORT_S = 300;

let endsAt = performance.now() + 1000 * Number(root.dataset.left);
let over = false;
/** @type {string} */
let shownTime = "";

const opening = Sending.open(root.dataset.secret ?? "", { id, url: root.dataset.save ?? "", seat }, {
  say: (text, tone = "") => {
    status.textContent = text;
    status.dataset.tone = tone;
  },
  told: (answer) => {
    endsAt = performance.now() + 1000 * answer.left_s;
  },
  refused: stop,
});
const items = new Items(root, (number) => void opening.then((one) => one.answer(number, items.read(number))));
const sending = await opening;

/** @param {string} selector */
function part(selector) {
  return /** @type {HTMLElement} */ (root.querySelector(selector));
}

/** @param {string} why */
function stop(why) {
  over = true;
  items.lock();
  items.hideAll();
  summary.hidden = true;
  part("[data-stopped]").hidden = false;
  part("[data-why]").textContent = why;
  part("[data-stopped] h2").focus();
}

/** @param {string} number */
function go(number) {
  summary.hidden = true;
  items.show(Number(number));
}

function finish() {
  items.hideAll();
  const { open, flagged } = items.count();
  const parts = [open ? `${open === 1 ? "1 vraag heeft" : `${open} vragen hebben`} nog geen antwoord.` : "Alle vragen hebben een antwoord."];
  if (flagged) parts.push(`Bij ${flagged === 1 ? "1 vraag" : `${flagged} vragen`} staat een vlag.`);
  part("[data-counted]").textContent = parts.join(" ");
  summary.hidden = false;
  part("[data-summary] h2").focus();
}

async function handIn() {
  over = true;
  items.lock();
  part("[data-hand-in-now]").setAttribute("disabled", "");
  if (!(await sending.flush())) return;
  for (let failures = 0; ; failures += 1) {
    try {
      const told = await post(root.dataset.handIn ?? "", {}, { headers });
      location.assign(told.url);
      return;
    } catch (error) {
      if (error instanceof Refused) {
        stop(error.message);
        return;
      }
      status.textContent = "Geen verbinding. Laat deze pagina open: de toets wordt ingeleverd zodra er weer verbinding is.";
      await pause(backOffMs(failures));
    }
  }
}

function tick() {
  const left = Math.max(0, Math.round((endsAt - performance.now()) / 1000));
  const words = left > SHORT_S ? `${Math.ceil(left / 60)} minuten` : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (words !== shownTime) clock.textContent = shownTime = words;
  clock.classList.toggle("is-short", left <= SHORT_S);
  if (!left && !over) {
    items.hideAll();
    status.textContent = "De tijd is om. Uw antwoorden worden ingeleverd.";
    void handIn();
  }
}

root.addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("button"));
  if (!button || over) return;
  if (button.dataset.go) go(button.dataset.go);
  else if ("finish" in button.dataset) finish();
  else if ("handInNow" in button.dataset) void handIn();
});
document.addEventListener("visibilitychange", () => {
  if (!over) sending.fact(document.hidden ? "left" : "back");
});

for (const [number, answer] of Object.entries(await sending.restore())) items.write(Number(number), answer);
setInterval(tick, 500);
tick();
try {
  endsAt = performance.now() + 1000 * (await post(root.dataset.seatUrl ?? "", {}, { headers })).left_s;
  void sending.flush();
} catch (error) {
  if (error instanceof Refused) stop(error.message);
}
if (!over) {
  for (const button of root.querySelectorAll('.theory-overview [data-go="1"]')) button.setAttribute("aria-current", "step");
  root.dataset.ready = "";
}
