/** One answer on the desk: joins the recording, the competencies, the remarks and the saving, and minds the keys. */

import { Marks } from "./marks.js";
import { Player } from "./player.js";
import { Remarks } from "./remarks.js";
import { Saver } from "./save.js";
import { watchSplit } from "./split.js";
import { Unseen } from "./unseen.js";
import { Words } from "./words.js";
import { liftCaptions } from "../ui/captions.js";
import { openDialog } from "../ui/dialog.js";
import { setBusy } from "../ui/forms.js";
import { isTyping } from "../ui/keys.js";
import { LoggedOut, post, Refused } from "../ui/server.js";
import { toast } from "../ui/toast.js";

const PLACE_MS = 5000;

export class Desk {
  #gone = new AbortController();
  #position = -1;

  /**
   * @param {HTMLElement} root
   * @param {any} data what the page carries for its scripts
   * @param {{keep: import("./save.js").Keep, kept: import("./save.js").Waiting | null,
   *          go: (url: string, since: number, count?: {done: number, total: number}) => Promise<void>}} options
   */
  constructor(root, data, { go, keep, kept }) {
    this.root = root;
    this.go = go;
    this.data = data;
    this.url = root.dataset.url ?? "";
    this.locked = root.hasAttribute("data-locked");
    const { version, scores, remarks, unseen_because } = this.data;
    this.saver = new Saver(this.url, this.data.id, { version, scores, remarks, unseen_because }, {
      seen: () => this.player?.seen ?? [],
      keep,
      kept: this.locked ? null : kept,
      told: (kind, text) => this.#told(kind, text),
      joined: (clashes) => this.#joined(clashes),
    });
    const state = () => this.saver.state;
    const changed = () => {
      this.#missing([]);
      this.remarks?.show();
      this.saver.touched();
    };
    this.player = new Player(root, this.data, { moved: () => this.#moved(), paused: () => this.#keepPlace() });
    this.words = new Words(root, this.data.media, this.player);
    this.marks = new Marks(root, {
      state,
      changed,
      opened: () => this.remarks?.aim(),
      seek: (at) => this.player.seek(at),
      locked: this.locked,
    });
    this.remarks = new Remarks(root, { state, changed, player: this.player, marks: this.marks, locked: this.locked });
    this.remarks.aim();
    this.unseen = new Unseen(root, { state, changed, player: this.player, sign: () => void this.#sign() });
    this.#listen();
    watchSplit(root);
    for (const track of document.querySelectorAll("track")) liftCaptions(track);
    void this.#alone();
    if (this.saver.dirty) this.#told("waiting");
    else if (!this.locked && version > 0) this.#told("saved", "");
  }

  #moved() {
    this.remarks?.aim();
    this.words?.mark();
  }

  #listen() {
    const signal = this.#gone.signal;
    this.root.addEventListener("click", (event) => {
      const act = /** @type {Element} */ (event.target).closest("[data-act]");
      if (!act) return;
      if (act.matches("a")) event.preventDefault();
      this.#act(act.getAttribute("data-act") ?? "");
    });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.root.toggleAttribute("data-live", true);
    const clock = setInterval(() => this.player.playing && this.#keepPlace(), PLACE_MS);
    signal.addEventListener("abort", () => clearInterval(clock));
    for (const dialog of this.root.querySelectorAll("dialog")) {
      dialog.addEventListener("close", () => {
        dialog.querySelector("video")?.pause();
      });
    }
  }

  /** @param {string} act */
  #act(act) {
    const acts = {
      play: () => this.player.toggle(),
      back: () => this.player.jump(-5),
      forward: () => this.player.jump(5),
      full: () => void this.player.toggleFull(),
      evidence: () => this.marks.addEvidence(this.player.now),
      guide: () => this.marks.toggleGuide(),
      sign: () => void this.#sign(),
      unseen: () => this.unseen.watch(),
      words: () => this.words.toggle(),
      captions: () => this.words.toggleCaptions(),
      before: () => void this.#step(this.data.before),
      behind: () => void this.#step(this.data.behind),
      stop: () => void this.#stop(),
    };
    acts[/** @type {keyof typeof acts} */ (act)]?.();
  }

  /** To the answer before or behind this one. @param {{url: string} | null} other */
  async #step(other) {
    if (other) await this.go(other.url, performance.now());
  }

  /** Enough for now: save what is not saved yet, then show what is. */
  async #stop() {
    await this.saver.flush().catch(() => {});
    location.assign(this.root.dataset.stop ?? "/");
  }

  /** Say so when the same answer is open in another window: what is done there shows here only after saving. */
  async #alone() {
    const place = /** @type {HTMLElement | null} */ (this.root.querySelector(".desk-elsewhere"));
    if (!place || !navigator.locks) return;
    const { signal } = this.#gone;
    const name = `vignet-desk-${this.data.id}`;
    const hold = () => new Promise((done) => signal.addEventListener("abort", done, { once: true }));
    const mine = (/** @type {Lock | null} */ lock) => {
      place.hidden = lock !== null;
      return lock ? hold() : false;
    };
    if ((await navigator.locks.request(name, { ifAvailable: true }, mine)) !== false) return;
    await navigator.locks.request(name, { signal }, mine).catch(() => {});
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !this.locked) {
      event.preventDefault();
      void this.#sign();
      return;
    }
    if (event.ctrlKey || event.metaKey || isTyping(event.target)) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const onRadio = target.matches("input[type=radio]");
    if (isOwnKey(event.key, target)) return;
    const act = this.#keys(onRadio)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {boolean} onRadio @returns {Record<string, () => void>} */
  #keys(onRadio) {
    const { player, marks } = this;
    const watching = {
      " ": () => player.toggle(),
      k: () => player.toggle(),
      j: () => player.jump(-5),
      l: () => player.jump(5),
      ",": () => player.frame(-1),
      ".": () => player.frame(1),
      "-": () => player.faster(-1),
      "+": () => player.faster(1),
      "=": () => player.faster(1),
      z: () => player.toggleSkip(),
      f: () => void player.toggleFull(),
      s: () => {
        player.pause();
        openDialog("situation");
      },
      w: () => marks.toggleGuide(),
      ...(this.words.there ? { t: () => this.words.toggle(), c: () => this.words.toggleCaptions() } : {}),
      "[": () => this.#act("before"),
      "]": () => this.#act("behind"),
      ArrowUp: () => marks.step(-1),
      ArrowDown: () => marks.step(1),
      ...(onRadio ? {} : { ArrowLeft: () => player.jump(-5), ArrowRight: () => player.jump(5) }),
    };
    if (this.locked) return watching;
    const levels = Object.fromEntries(["1", "2", "3", "4", "5"].map((level) => [level, () => marks.choose(level)]));
    return {
      ...watching,
      ...levels,
      n: () => marks.choose("not_observable"),
      o: () => this.remarks.focus(),
      b: () => marks.addEvidence(player.now),
    };
  }

  #keepPlace() {
    const at = Math.round(this.player.now * 1000) / 1000;
    if (this.locked || Math.abs(at - this.#position) < 0.3) return;
    this.#position = at;
    post(`${this.url}/plek`, { position_s: at, seen: this.player.seen }, { leaving: true }).catch(() => {});
  }

  /** @param {"saved" | "waiting" | "offline" | "out" | "refused"} kind @param {string} [text] */
  #told(kind, text = "") {
    const place = /** @type {HTMLElement | null} */ (this.root.querySelector("[data-saved]"));
    if (!place) return;
    const words = {
      saved: text ? `bewaard ${text} ✓` : "alles is bewaard ✓",
      waiting: "wordt bewaard …",
      offline: "nog niet bewaard – we proberen het opnieuw",
      out: "u bent uitgelogd; log in een ander venster in, uw werk staat hier nog",
      refused: text,
    };
    if (kind === "waiting" && place.dataset.tone === "warn") return;
    place.textContent = words[kind];
    place.dataset.tone = kind === "saved" || kind === "waiting" ? "" : "warn";
  }

  /** @param {string[]} clashes competencies that both windows changed */
  #joined(clashes) {
    this.marks.show();
    this.remarks.show();
    this.unseen.show();
    const names = clashes.map((key) => this.marks.nameOf(key)).join(", ");
    toast(
      clashes.length
        ? `Dit antwoord is ook in een ander venster veranderd. We hebben alles samengevoegd. Kijk deze na, want hier geldt wat u in dit venster koos: ${names}.`
        : "Dit antwoord is ook in een ander venster veranderd. We hebben alles samengevoegd; er is niets verloren.",
      { seconds: 20 },
    );
  }

  async #sign() {
    const button = /** @type {HTMLElement | null} */ (this.root.querySelector("[data-act=sign]"));
    if (!button || button.hasAttribute("data-busy")) return;
    if (this.remarks.typing) {
      this.remarks.focus();
      toast("Er staat nog een opmerking in de regel. Druk op Enter om die te bewaren, of op Esc.");
      return;
    }
    const since = performance.now();
    setBusy(button, true);
    try {
      const { next, ...count } = await this.saver.sign();
      await this.go(next, since, count);
    } catch (error) {
      setBusy(button, false);
      if (error instanceof Refused && error.answer.unseen) this.unseen.ask(error.answer);
      else if (error instanceof Refused && error.rule === "day_is_full") await this.#stop();
      else if (error instanceof Refused && error.answer.missing) this.#missing(error.answer.missing);
      else if (error instanceof Refused) this.#missing([{ competency: "", text: error.message }]);
      else if (error instanceof LoggedOut) this.#told("out");
      else this.#told("offline");
    }
  }

  /** List what is missing and go to the first of it. @param {{competency: string, text: string}[]} gaps */
  #missing(gaps) {
    const place = /** @type {HTMLElement | null} */ (this.root.querySelector(".desk-missing"));
    if (!place) return;
    place.hidden = gaps.length === 0;
    const title = /** @type {HTMLElement} */ (place.querySelector("p"));
    title.textContent = gaps.length === 1 ? "Nog één ding" : `Nog ${gaps.length} dingen`;
    const cardOf = (/** @type {string} */ key) => this.marks.cards.find((card) => this.marks.key(card) === key);
    place.querySelector("ul")?.replaceChildren(
      ...gaps.map(({ competency, text }) => {
        const line = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = text;
        button.addEventListener("click", () => {
          const card = cardOf(competency);
          if (card) this.marks.open(card);
        });
        line.append(button);
        return line;
      }),
    );
    if (!gaps.length) return;
    this.marks.missing(gaps.map((gap) => gap.competency));
    const first = cardOf(gaps[0].competency);
    if (first) this.marks.open(first);
  }

  /** The desk goes on without this answer. */
  leave() {
    if (!this.#gone.signal.aborted) this.#keepPlace();
    this.player.leave();
    this.saver.leave();
    this.#gone.abort();
  }

  /** The page goes away. */
  part() {
    this.saver.part();
    this.leave();
  }
}

/** True when what has the focus answers to this key itself. @param {string} key @param {HTMLElement} target */
function isOwnKey(key, target) {
  if (key.startsWith("Arrow")) return target.matches(".remark-list, .desk-scores");
  // A level and the recording's bar do not take the space bar: the recording is paused from there.
  if (key !== " " || target.matches("input[type=radio], .scrub")) return false;
  return Boolean(target.closest("a, button, summary, label, [role=slider], input"));
}
