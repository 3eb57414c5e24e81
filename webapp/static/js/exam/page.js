/** The frame of the exam page: which screen is shown, what is said to a screen reader, what the bar on top tells. */

import { inWords } from "./countdown.js";
import { setRing } from "../ui/gauges.js";

/** @param {string} id */
export const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
export const button = (id) => /** @type {HTMLButtonElement} */ (find(id));
/** @param {string} id */
export const film = (id) => /** @type {HTMLVideoElement} */ (find(id));
/** @param {string} id */
export const input = (id) => /** @type {HTMLInputElement} */ (find(id));

const main = find("main");

/**
 * Show one screen and bring the reader to its heading.
 * @param {string} screen @param {string} step what the page is at, for who looks on from outside
 */
export function show(screen, step = screen) {
  main.dataset.step = step;
  delete main.dataset.phase;
  for (const section of main.querySelectorAll("[data-screen]")) {
    const shown = /** @type {HTMLElement} */ (section).dataset.screen === screen;
    /** @type {HTMLElement} */ (section).hidden = !shown;
    if (shown) section.querySelector("h1")?.focus({ preventScroll: true });
  }
  scrollTo(0, 0);
}

/** @param {string} phase within the step: loading, ready, playing, preparing, counting, connecting, recording … */
export function setPhase(phase) {
  main.dataset.phase = phase;
}

/** One thing to read and one thing to do. @param {string} step @param {{title: string, text: string, act: string}} words @param {AbortSignal} signal */
export function showMessage(step, { title, text, act }, signal) {
  find("message-title").textContent = title;
  find("message-text").textContent = text;
  button("message-act").textContent = act;
  show("message", step);
  return pressed("message-act", signal);
}

/** @param {string} text */
export function say(text) {
  find("said").textContent = text;
}

/** @param {string} text said at once, through whatever else is being read */
export function warn(text) {
  find("warned").textContent = text;
}

/** @param {string} text shown above the screen until it is taken away with "" */
export function trouble(text) {
  const element = find("trouble");
  const words = element.querySelector("p");
  if (words && words.textContent !== text) words.textContent = text;
  element.hidden = !text;
}

/**
 * The press of a button, once. Never comes after the signal.
 * @param {string} id @param {AbortSignal} signal @returns {Promise<string>} the id
 */
export function pressed(id, signal) {
  const target = button(id);
  return new Promise((resolve) => {
    const act = () => {
      if (target.getAttribute("aria-disabled") === "true") return;
      target.removeEventListener("click", act);
      resolve(id);
    };
    target.addEventListener("click", act, { signal });
  });
}

/** The first of several buttons that is pressed. @param {string[]} ids @param {AbortSignal} signal */
export async function oneOf(ids, signal) {
  const chosen = new AbortController();
  const either = AbortSignal.any([signal, chosen.signal]);
  const id = await Promise.race(ids.map((each) => pressed(each, either)));
  chosen.abort();
  return id;
}

/** A button that stays in reach of the keyboard while it cannot be used yet. @param {string} id @param {boolean} usable */
export function enable(id, usable) {
  button(id).setAttribute("aria-disabled", String(!usable));
}

/**
 * Keep a setting of this browser in a checkbox or slider.
 * @param {string} id @param {(field: HTMLInputElement) => void} apply
 */
export function keepSetting(id, apply) {
  const field = input(id);
  const kept = localStorage.getItem(`vignet-${id}`);
  if (kept !== null && field.type === "checkbox") field.checked = kept === "true";
  else if (kept !== null) field.value = kept;
  field.addEventListener("input", () => {
    localStorage.setItem(`vignet-${id}`, String(field.type === "checkbox" ? field.checked : field.value));
    apply(field);
  });
  apply(field);
}

/** @param {{answers: {number: number, state: string}[], total: number}} step @param {number | null} number @param {string} title */
export function showTitle(step, number, title) {
  find("step-title").textContent = title;
  const dots = find("dots");
  const done = step.answers.filter((answer) => ["safe", "underway", "office"].includes(answer.state)).length;
  dots.hidden = false;
  dots.setAttribute("aria-label", `${done} van ${step.total} antwoorden opgenomen`);
  dots.replaceChildren(
    ...step.answers.map((answer) => {
      const dot = document.createElement("span");
      const recorded = ["safe", "underway", "office"].includes(answer.state);
      dot.dataset.state = answer.number === number ? "current" : recorded ? "done" : "todo";
      return dot;
    }),
  );
}

/** @param {{safe: boolean, text: string}} status */
export function showStatus({ safe, text }) {
  const element = find("status");
  const full = text && `${text}${safe ? " ✓" : ""}`;
  if (element.textContent !== full) element.textContent = full;
  element.classList.toggle("exam-status-safe", safe);
}

/** @param {string} id @param {number} left @param {number} whole @param {string} text */
export function showTime(id, left, whole, text) {
  const ring = find(id);
  setRing(ring, left / whole, text);
  ring.setAttribute("aria-label", `Nog ${inWords(left)}`);
}
