/**
 * Brings answers to the server as they are given. What could not be sent waits sealed in this browser, through a lost
 * line, a reload and the browser's end, and goes as soon as there is a line again.
 */

import { Kept } from "../ui/kept.js";
import { backOffMs, pause } from "../ui/retry.js";
import { LoggedOut, post, Refused, Unreachable } from "../ui/server.js";

const PREFIX = "vignet-theory";
const SOON_MS = 400;
const MOST_FACTS = 200;

/** @typedef {import("./items.js").Answer} Answer */
/** @typedef {{answers: Record<string, Answer>, facts: {kind: string, at: number}[]}} Waiting */

export class Sending {
  /** @type {Waiting} */
  #waiting = { answers: {}, facts: [] };
  /** @type {Promise<boolean> | null} */
  #running = null;
  #failures = 0;
  #timer = 0;
  #stopped = false;

  /**
   * @param {Kept<Waiting>} kept @param {{id: string, url: string, seat: string}} where
   * @param {{say: (text: string, tone?: string) => void, told: (answer: any) => void, refused: (why: string) => void}} page
   */
  constructor(kept, where, page) {
    this.kept = kept;
    this.where = where;
    this.page = page;
    addEventListener("online", () => void this.flush());
  }

  /** @param {string} secret @param {{id: string, url: string, seat: string}} where @param {ConstructorParameters<typeof Sending>[2]} page */
  static async open(secret, where, page) {
    return new Sending(await Kept.open(secret, PREFIX), where, page);
  }

  /** What waited here since before. @returns {Promise<Record<string, Answer>>} */
  async restore() {
    const found = await this.kept.get(this.where.id);
    if (found) this.#waiting = found;
    return this.#waiting.answers;
  }

  get empty() {
    return !Object.keys(this.#waiting.answers).length && !this.#waiting.facts.length;
  }

  /** @param {number} number @param {Answer} answer */
  answer(number, answer) {
    this.#waiting.answers[number] = answer;
    this.page.say("Nog niet bewaard …");
    this.#later();
  }

  /** @param {string} kind */
  fact(kind) {
    this.#waiting.facts = [...this.#waiting.facts, { kind, at: Date.now() }].slice(-MOST_FACTS);
    this.#later();
  }

  #later() {
    this.kept.put(this.where.id, this.#waiting);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.flush(), SOON_MS);
  }

  /** Send until nothing waits. @returns {Promise<boolean>} false when this browser may not go on */
  flush() {
    clearTimeout(this.#timer);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run() {
    while (!this.empty && !this.#stopped) await this.#once();
    return !this.#stopped;
  }

  async #once() {
    const sent = structuredClone(this.#waiting);
    try {
      this.page.told(await post(this.where.url, this.#body(sent), { headers: { "X-Seat": this.where.seat } }));
      this.#done(sent);
      if (this.#failures) this.#waiting.facts.push({ kind: "online", at: Date.now() });
      this.#failures = 0;
    } catch (error) {
      await this.#failed(error);
    }
  }

  /** @param {Waiting} sent */
  #body(sent) {
    return {
      answers: Object.entries(sent.answers).map(([number, one]) => ({ number: Number(number), ...one })),
      facts: sent.facts.map(({ kind, at }) => ({ kind, ago_s: Math.max(0, (Date.now() - at) / 1000) })),
    };
  }

  /** @param {Waiting} sent */
  #done(sent) {
    for (const [number, one] of Object.entries(sent.answers)) {
      if (JSON.stringify(this.#waiting.answers[number]) === JSON.stringify(one)) delete this.#waiting.answers[number];
    }
    this.#waiting.facts = this.#waiting.facts.slice(sent.facts.length);
    if (this.empty) {
      this.kept.drop(this.where.id);
      this.page.say("Bewaard", "ok");
    } else this.kept.put(this.where.id, this.#waiting);
  }

  /** @param {unknown} error */
  async #failed(error) {
    if (error instanceof Refused) {
      this.#stopped = true;
      this.page.refused(error.message);
      return;
    }
    if (!(error instanceof LoggedOut) && !(error instanceof Unreachable)) throw error;
    if (!this.#failures) this.#waiting.facts.push({ kind: "offline", at: Date.now() });
    this.page.say(
      error instanceof LoggedOut
        ? "U bent uitgelogd. Uw antwoorden staan op deze computer. Log in een ander tabblad in; dan gaat het verder."
        : "Geen verbinding. Ga gewoon door: uw antwoorden staan op deze computer en worden later verstuurd.",
      "warn",
    );
    await pause(backOffMs(this.#failures++));
  }
}
