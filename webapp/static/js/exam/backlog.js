/**
 * Brings what the vault keeps to the recorder: in order, as often as it takes, and also after a reload or a restart.
 * What is here is erased only when the object store has confirmed it by its hash. Knows no page.
 *
 * Events: `change` (something was sent, or is safe), and `roads`, whose detail says where a take goes on.
 */

import { Upload } from "./upload.js";

/** @typedef {import("./vault.js").Vault} Vault */
/** @typedef {import("./vault.js").KeptTake} KeptTake */
/** @typedef {import("./server.js").Roads} Roads */

const LOCATE_MS = 4000;

export class Backlog extends EventTarget {
  /** @type {Map<string, Upload>} */
  #uploads = new Map();
  /** @type {Upload | null} */
  #recording = null;
  #heardMs = performance.now();
  /** @type {Map<string, KeptTake>} */
  #stranded = new Map();
  /** @type {Map<string, number>} */
  #locatedMs = new Map();

  /**
   * @param {Vault} vault
   * @param {(recordingId: string) => Promise<Roads>} locate asks where a take goes on when its recorder is not reached
   */
  constructor(vault, locate) {
    super();
    this.vault = vault;
    this.ask = locate;
  }

  /**
   * Where this take goes on; null when that was asked a moment ago, or nobody says.
   * @param {string} recordingId
   */
  async locate(recordingId) {
    const now = performance.now();
    if (now - (this.#locatedMs.get(recordingId) ?? -LOCATE_MS) < LOCATE_MS) return null;
    this.#locatedMs.set(recordingId, now);
    const roads = await this.ask(recordingId).catch(() => null);
    if (roads) this.dispatchEvent(new CustomEvent("roads", { detail: { recording_id: recordingId, ...roads } }));
    return roads;
  }

  /** A recorder has answered, whatever it said. */
  heard() {
    this.#heardMs = performance.now();
  }

  /** For how long nobody has been reached, while something is kept here that nobody else has. */
  get silentS() {
    return this.#uploads.size ? (performance.now() - this.#heardMs) / 1000 : 0;
  }

  /** The takes that are recorded to their end and not confirmed yet, the first answer first. @returns {KeptTake[]} */
  get complete() {
    const takes = [...this.#uploads.values()].map((upload) => upload.take).filter((take) => take.manifest);
    return takes.sort((a, b) => a.number - b.number);
  }

  /** The takes of which something is only here, and that nobody takes any more, the first answer first. @returns {KeptTake[]} */
  get stranded() {
    const refused = [...this.#uploads.values()].filter((upload) => upload.isRefused).map((upload) => upload.take);
    return [...this.#stranded.values(), ...refused].sort((a, b) => a.number - b.number);
  }

  /** Go on with everything that an earlier page has left here. */
  async resume() {
    for (const take of await this.vault.takes()) if (!this.#uploads.has(take.recording_id)) this.#add(take).run(true);
  }

  /** A take begins; what it records is sent before anything else. @param {KeptTake} take */
  async begin(take) {
    await this.vault.keepTake(take);
    const upload = this.#add(take);
    this.#recording = upload;
    upload.run(false);
    return upload;
  }

  /** The answers that are not confirmed yet, and how many slices of each are still to be sent. @returns {Map<number, number>} */
  get waiting() {
    return new Map([...this.#uploads.values()].map((upload) => [upload.take.number, upload.unsent]));
  }

  /** @param {Upload} upload whether it may send now, or another one goes first */
  mayGo(upload) {
    const first = this.#recording;
    return !first || first === upload || !first.busy || !this.#uploads.has(first.take.recording_id);
  }

  /** @param {Upload} upload @param {boolean} safe whether all of it is confirmed */
  over(upload, safe) {
    this.#uploads.delete(upload.take.recording_id);
    if (!safe) this.#stranded.set(upload.take.recording_id, upload.take);
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {KeptTake} take */
  #add(take) {
    if (!this.#uploads.size) this.heard();
    const upload = new Upload(take, this);
    this.#uploads.set(take.recording_id, upload);
    return upload;
  }
}
