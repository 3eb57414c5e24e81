/** The practice round: the same screens and times as in the exam, and a recording that never leaves this browser. */

import { film, oneOf, setPhase, show } from "./page.js";
import { Situation } from "./situation.js";
import { recordedKind } from "./slices.js";

/** A take that stays in memory, with the events of a real one. */
class MemoryTake extends EventTarget {
  /** @type {Blob[]} */
  #parts = [];

  /** @param {MediaStream} stream */
  constructor(stream) {
    super();
    this.recorder = new MediaRecorder(stream, { mimeType: recordedKind(), videoBitsPerSecond: 1_500_000 });
    this.recorder.addEventListener("dataavailable", ({ data }) => this.#parts.push(data));
    this.recorder.addEventListener("start", () => this.dispatchEvent(new Event("live")));
  }

  start() {
    this.recorder.start(1000);
  }

  /** @returns {Promise<Blob>} */
  stop() {
    return new Promise((resolve) => {
      const finish = () => resolve(new Blob(this.#parts, { type: this.recorder.mimeType }));
      if (this.recorder.state === "inactive") return finish();
      this.recorder.addEventListener("stop", finish, { once: true });
      this.recorder.stop();
    });
  }
}

/**
 * Play one round and show it back.
 * @param {import("./server.js").SituationData} data the practice situation @param {MediaStream} stream @param {AbortSignal} signal
 * @returns {Promise<"again" | "done">}
 */
export async function practise(data, stream, signal) {
  const situation = new Situation(data, "practice", "Oefening", signal);
  const hint = "Dit is een oefening. Het filmpje speelt één keer.";
  if ((await situation.watch(async () => 0, hint)).end === "stalled") return "again";
  await situation.prepare(stream, data.preparation_s);
  await situation.countIn(stream);
  const take = new MemoryTake(stream);
  signal.addEventListener("abort", () => take.stop());
  const recorded = situation.record(stream, take, data.answer_s + 5);
  take.start();
  await recorded;
  return showBack(await take.stop(), signal);
}

/** @param {Blob} recording @param {AbortSignal} signal @returns {Promise<"again" | "done">} */
async function showBack(recording, signal) {
  if (signal.aborted) return "again";
  const address = URL.createObjectURL(recording);
  const video = film("practice-video");
  video.src = address;
  show("practice-review", "practice");
  setPhase("review");
  const forget = () => {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  };
  signal.addEventListener("abort", forget, { once: true });
  const chosen = await oneOf(["practice-done", "practice-again"], signal);
  forget();
  return chosen === "practice-again" ? "again" : "done";
}
