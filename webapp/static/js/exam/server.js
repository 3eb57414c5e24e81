/** The exam page's questions to the server. The seat says which tab asks; the server says which step it is. */

import { ask, csrfToken, LoggedOut, post as postTo, Refused } from "../ui/server.js";

/**
 * @typedef {object} SituationData what may be known of the situation that the candidate is at
 * @property {number} number 0: the practice round
 * @property {string} title
 * @property {{name: string, role: string}} person
 * @property {string} setting
 * @property {string | null} text_prompt what is said in the clip, for who reads it
 * @property {string} question
 * @property {{url: string, captions: string, seconds: number}} clip
 * @property {number} plays_left
 * @property {number} preparation_s
 * @property {number} preparation_left_s
 * @property {number} answer_s
 * @property {number} minimum_s
 * @property {number} warning_s how long before the end somebody is warned
 * @property {number} stall_s how long a standstill of the clip counts as a stall
 * @property {number} take how many takes there are of it
 */

/** @typedef {{number: number, state: string, safe_at: string | null}} Progress of one answer */

/**
 * @typedef {object} Step where the candidate is
 * @property {string} step
 * @property {number} total answers
 * @property {Progress[]} answers
 * @property {number} emergency_s
 * @property {SituationData | null} situation
 * @property {{offered: boolean, seconds: number, left_s: number}} break
 */

/** @typedef {{whip_url: string | null, slices_url: string}} Roads where a take is sent */

const SEAT = "vignet-seat";
const LOCK_MS = 1000;
const PATIENCE_MS = 10_000;

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

/** Where the candidate is. Changes nothing. @returns {Promise<Step>} */
export function fetchStep() {
  return asked(ask("/examen/stap", { method: "GET", ...here() }));
}

/** The key of what this person's browser keeps. @returns {Promise<string>} */
export async function fetchKey() {
  return (await asked(ask("/examen/sleutel", { method: "GET", ...here() }))).key;
}

/** Make this tab the one that leads. @param {boolean} takeover also when another tab leads now @returns {Promise<Step>} */
export function takeSeat(takeover = false) {
  return post("plaats", { takeover });
}

/**
 * Ask for a change; answers the step that follows from it.
 * @param {string} what @param {object} [facts] @returns {Promise<any>}
 */
export function post(what, facts = {}) {
  return asked(postTo(`/examen/${what}`, facts, here()));
}

/**
 * Where a take goes on when its recorder is not reached; the very place that it had when nothing is wrong there.
 * @param {string} recordingId @returns {Promise<Roads>}
 */
export function findRecorder(recordingId) {
  return post(`opnames/${recordingId}/opnameserver`);
}

/** Send bytes that nobody keeps, to see how fast they go. @param {Blob} bytes @param {AbortSignal} signal */
export function sendAway(bytes, signal) {
  return fetch("/examen/lijn", { method: "POST", body: bytes, headers: { "X-CSRFToken": csrfToken() }, signal });
}

function here() {
  return { headers: { "X-Seat": seat }, patienceMs: PATIENCE_MS };
}

/** What is not there for this person belongs to somebody who was logged in before. @param {Promise<any>} answer */
function asked(answer) {
  return answer.catch((error) => {
    throw error instanceof Refused && error.status === 404 ? new LoggedOut() : error;
  });
}
