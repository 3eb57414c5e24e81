/** The stage of a situation: the own picture, the badge, a message, the one button, the tools in use. */

import { button, enable, film, find, input, keepSetting } from "./page.js";

keepSetting("volume", (field) => (film("clip").volume = Number(field.value)));
keepSetting("show-self", () => showSelf());
keepSetting("beeps", () => {});

film("clip").addEventListener("contextmenu", (event) => event.preventDefault());

/** Nothing is seen and nothing can be done. */
export function clearStage() {
  for (const id of ["clip", "self", "count", "badge", "ring", "clock-words", "act", "act-other", "stage-message", "clip-progress"]) {
    find(id).hidden = true;
  }
  find("ring").classList.remove("ring-warn");
  find("hint").textContent = "";
  tools();
}

/** @param {MediaStream} stream @param {string} text of the badge */
export function mirror(stream, text) {
  const self = film("self");
  if (self.srcObject !== stream) self.srcObject = stream;
  self.play().catch(() => {});
  find("stage-message").hidden = false;
  showSelf();
  badge(text);
}

/** @param {string} text */
export function badge(text) {
  find("badge").hidden = !text;
  const words = find("badge").querySelector("span");
  if (words) words.textContent = text;
  find("badge").classList.toggle("exam-badge-live", text === "Opname loopt");
}

/** @param {string} text */
export function message(text) {
  const element = find("stage-message");
  element.hidden = false;
  const words = element.querySelector("p");
  if (words) words.textContent = text;
}

/** The one thing to do. @param {string} label @param {boolean} usable */
export function offer(label, usable = true) {
  button("act").textContent = label;
  button("act").hidden = false;
  enable("act", usable);
}

/** @param {...string} names */
export function tools(...names) {
  for (const name of ["captions", "volume", "self", "beep"]) find(`tool-${name}`).hidden = !names.includes(name);
}

/** The own picture is looked at only by who wants to; the badge says what is recorded in any case. */
function showSelf() {
  const self = film("self");
  const own = document.getElementById("main")?.dataset.phase;
  const wanted = input("show-self").checked;
  if (!["preparing", "counting", "connecting", "recording", "interrupted"].includes(own ?? "")) return;
  self.hidden = !wanted;
  find("stage-message").hidden = wanted;
  const words = find("stage-message").querySelector("p");
  if (words) words.textContent = "Uw eigen beeld is verborgen. De camera staat wel aan.";
}
