/** What the exam page asks of the server. The seat says which tab asks; the server says which step it is. */

const SEAT = "vignet-seat";
const LOCK_MS = 1000;

/** The server said no by a rule; the message is the sentence to show. */
export class Refused extends Error {
  /** @param {string} rule @param {string} sentence */
  constructor(rule, sentence) {
    super(sentence);
    this.rule = rule;
  }
}

/** The server cannot be reached, or is broken for now. */
export class Unreachable extends Error {}

/** The log-in has ended, or the page belongs to an earlier one. */
export class LoggedOut extends Error {}

const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
let seat = "";

/**
 * The seat of this tab: it survives a reload, and a copied tab gets another one, since the first holds the lock.
 */
export async function claimSeat() {
  seat = sessionStorage.getItem(SEAT) ?? crypto.randomUUID();
  if (!(await held(seat))) {
    seat = crypto.randomUUID();
    await held(seat);
  }
  sessionStorage.setItem(SEAT, seat);
}

/** Hold the lock of a seat for as long as this page lives. @param {string} name @returns {Promise<boolean>} */
function held(name) {
  return new Promise((resolve) => {
    const forever = () => new Promise(() => resolve(true));
    navigator.locks
      .request(`${SEAT}-${name}`, { signal: AbortSignal.timeout(LOCK_MS) }, forever)
      .catch(() => resolve(false));
  });
}

/** Where the candidate is. Changes nothing. */
export function fetchStep() {
  return ask("stap", { method: "GET" });
}

/** The key of what this person's browser keeps. @returns {Promise<string>} */
export async function fetchKey() {
  return (await ask("sleutel", { method: "GET" })).key;
}

/** Make this tab the one that leads. @param {boolean} takeover also when another tab leads now */
export function takeSeat(takeover = false) {
  return post("plaats", { takeover });
}

/**
 * Ask for a change; answers the step that follows from it.
 * @param {string} what @param {object} [facts]
 */
export function post(what, facts = {}) {
  return ask(what, { method: "POST", body: JSON.stringify(facts) });
}

/**
 * Where a take goes on when its recorder is not reached; the very place that it had when nothing is wrong there.
 * @param {string} recordingId @returns {Promise<{whip_url: string | null, slices_url: string}>}
 */
export function findRecorder(recordingId) {
  return post(`opnames/${recordingId}/opnameserver`);
}

/** Send bytes that nobody keeps, to see how fast they go. @param {Blob} bytes @param {AbortSignal} signal */
export function sendAway(bytes, signal) {
  return fetch("/examen/lijn", { method: "POST", body: bytes, headers: { "X-CSRFToken": token }, signal });
}

/** @param {string} what @param {RequestInit} request */
async function ask(what, request) {
  let response;
  try {
    response = await fetch(`/examen/${what}`, {
      ...request,
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": token,
        "X-Seat": seat,
      },
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (response.type === "opaqueredirect" || response.status === 401) throw new LoggedOut();
  if (response.status === 429 || response.status >= 500) throw new Unreachable(String(response.status));
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (answer.rule === "csrf" || response.status === 404) throw new LoggedOut();
  throw new Refused(answer.rule ?? "", answer.error ?? "Dit kan nu niet. Laad de pagina opnieuw.");
}
