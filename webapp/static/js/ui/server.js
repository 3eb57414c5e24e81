/** Asks the server for a page's sake, and tells its three ways of saying no apart. */

const PATIENCE_MS = 15_000;

/** The server said no by a rule; the message is the sentence to show. */
export class Refused extends Error {
  /** @param {number} status @param {any} answer the whole of what it said */
  constructor(status, answer) {
    super(answer.error ?? "Dit kan nu niet. Laad de pagina opnieuw.");
    this.status = status;
    this.rule = /** @type {string} */ (answer.rule ?? "");
    this.answer = answer;
  }
}

/** The server cannot be reached, or is broken for now. */
export class Unreachable extends Error {}

/** The log-in has ended, or the page belongs to an earlier one. Nothing is lost. */
export class LoggedOut extends Error {}

/** The token which shows that a request comes from a page of ours. */
export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
}

/**
 * The server's answer; null when it has nothing to say. Throws Refused, Unreachable or LoggedOut. Anything that is
 * not JSON comes from somebody in between: a proxy, or the log-in page of a network.
 * @param {string} url
 * @param {{method?: "GET" | "POST", body?: BodyInit, headers?: Record<string, string>, leaving?: boolean, patienceMs?: number}} [request]
 *   `leaving`: the page goes away, and the request has to outlive it
 * @returns {Promise<any>}
 */
export async function ask(url, { method = "POST", body, headers = {}, leaving = false, patienceMs = PATIENCE_MS } = {}) {
  let response;
  try {
    response = await fetch(url, {
      method,
      body,
      headers: { Accept: "application/json", ...headers },
      redirect: "manual",
      keepalive: leaving,
      signal: leaving ? undefined : AbortSignal.timeout(patienceMs),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  return read(response);
}

/** @param {Response} response */
async function read(response) {
  if (response.status === 204) return null;
  if (response.type === "opaqueredirect" || response.status === 401) throw new LoggedOut();
  const json = response.headers.get("Content-Type")?.startsWith("application/json");
  if (!json || response.status === 429 || response.status >= 500) throw new Unreachable(String(response.status));
  const answer = await response.json().catch((error) => {
    throw new Unreachable(String(error));
  });
  if (response.ok) return answer;
  if (answer.rule === "csrf") throw new LoggedOut();
  throw new Refused(response.status, answer);
}

/** Ask for a change that these facts describe. @param {string} url @param {unknown} facts @param {{headers?: Record<string, string>, leaving?: boolean, patienceMs?: number}} [request] */
export function post(url, facts, request = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), ...request.headers };
  return ask(url, { ...request, body: JSON.stringify(facts), headers });
}
