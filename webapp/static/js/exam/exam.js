/**
 * The candidate's exam: asks the server which step it is, shows that step, tells the server what happened. Every road
 * leads back to the server's word: after a refusal, a lost line, a reload or another tab.
 */

import { Backlog } from "./backlog.js";
import { check } from "./check.js";
import { countDown, clock, inWords } from "./countdown.js";
import { DeviceFault, lostPart, openDevices } from "./devices.js";
import { offerFiles } from "./emergency.js";
import { ALONE, faultSentence, LOST, statusOf } from "./dutch.js";
import { find, oneOf, pressed, setPhase, show, showMessage, showTitle, showStatus, showTime, trouble } from "./page.js";
import { claimSeat, fetchKey, fetchStep, findRecorder, post, takeSeat } from "./server.js";
import { guardLeaving, keepAwake, letSleep } from "./guard.js";
import { practise } from "./practice.js";
import { showSaving } from "./saving.js";
import { Situation } from "./situation.js";
import { Take } from "./take.js";
import { Vault } from "./vault.js";
import { backOffMs, pause } from "../ui/retry.js";
import { LoggedOut, Refused, Unreachable } from "../ui/server.js";

const LOOK_MS = 5000;
const LOOK_SAVING_MS = 2000;
const LAST_WORDS_MS = 1500;
const ALL_TAKEN_AGAIN_S = 20;
const RECORDER_AGAIN_MS = 5000;

/** @typedef {import("./server.js").Step} Step */
/** @typedef {import("./server.js").SituationData} SituationData */
/** @typedef {Step & {situation: SituationData}} SituationStep */

/** @type {AbortController} */
let scene = new AbortController();
/** @type {MediaStream | null} */
let stream = null;
/** The sentence about the step to come, such as why something is asked again. */
let note = "";
/** @type {Step | null} */
let known = null;
/** The takes that this browser has recorded and the object store has not confirmed. @type {Promise<Backlog> | null} */
let backlog = null;
/** @type {Map<number, number>} */
let waiting = new Map();
let recording = false;

/** Ask until the server answers. The candidate keeps the place meanwhile. @template T @param {() => Promise<T>} ask */
async function reach(ask) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await ask();
      if (attempt) trouble("");
      return answer;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      trouble("De verbinding is even weg. Wat u al hebt opgenomen, blijft bewaard. We proberen het steeds opnieuw.");
      await pause(backOffMs(attempt));
    }
  }
}

/** Show a step, in place of whatever was shown. @param {Step} step */
function go(step) {
  scene.abort();
  scene = new AbortController();
  play(step, scene.signal).catch((error) => recover(error));
}

/** Ask the server for a change and show the step that follows. @param {string} what @param {object} [facts] */
async function change(what, facts) {
  go(await reach(() => post(what, facts)));
}

/** @param {unknown} error */
async function recover(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  scene.abort();
  scene = new AbortController();
  const { signal } = scene;
  if (error instanceof LoggedOut) {
    await showMessage("logged-out", {
      title: "U bent uitgelogd",
      text: "Wat u al hebt opgenomen, is veilig. Log opnieuw in; u gaat verder waar u was.",
      act: "Opnieuw inloggen",
    }, signal);
    location.assign("/examen");
  } else if (error instanceof Refused && error.rule === "open_elsewhere") {
    await elsewhere(signal);
  } else if (error instanceof Refused && error.rule.startsWith("window_")) {
    location.assign("/examen");
  } else if (error instanceof Refused) {
    note = error.message;
    go(await reach(fetchStep));
  } else {
    console.error(error);
    await showMessage("broken", {
      title: "Er ging iets mis op deze pagina",
      text: "Wat u al hebt opgenomen, is veilig. Laad de pagina opnieuw; u gaat verder waar u was.",
      act: "Pagina opnieuw laden",
    }, signal);
    location.reload();
  }
}

/** @param {AbortSignal} signal */
async function elsewhere(signal) {
  showStatus({ safe: false, text: "" });
  find("step-title").textContent = "";
  find("dots").hidden = true;
  await letSleep();
  await showMessage("elsewhere", {
    title: "Uw examen is open in een ander venster",
    text: "U kunt maar in één venster tegelijk examen doen. Ga daar verder, of ga hier verder. Een opname die daar loopt, stopt dan en wordt bewaard.",
    act: "Hier verdergaan",
  }, signal);
  keepAwake();
  await sitDown(true);
}

/** @param {boolean} takeover */
async function sitDown(takeover = false) {
  try {
    go(await reach(() => takeSeat(takeover)));
  } catch (error) {
    recover(error);
  }
}

/** @param {Step} step @param {AbortSignal} signal */
async function play(step, signal) {
  known = step;
  showStatus(statusOf(step.answers));
  if (step.step === "record") return sitDown();
  const shown = SCENES[step.step];
  if (!shown) return location.assign("/examen");
  const number = step.situation?.number || null;
  showTitle(step, number, number ? `Situatie ${number} van ${step.total}` : "");
  keepAwake();
  await shown(step, signal);
}

/** How each step is shown. @type {Record<string, (step: any, signal: AbortSignal) => Promise<unknown>>} */
const SCENES = { check: checkStep, practice: practiceStep, clip: clipStep, prepare: prepareStep, break: breakStep, saving: savingStep };

/** @param {Step} _step @param {AbortSignal} signal */
async function checkStep(_step, signal) {
  find("dots").hidden = true;
  const because = note;
  note = "";
  const found = await check("check", signal, because);
  stream = found.stream;
  await change("controle", found.facts);
}

/** A stream of the chosen devices, asked for on a screen of its own when it is not there. @param {AbortSignal} signal */
async function needDevices(signal) {
  if (stream && !lostPart(stream)) return stream;
  let because = stream ? LOST[lostPart(stream) ?? "camera"] : "";
  if (!stream) {
    try {
      return (stream = await openDevices());
    } catch (error) {
      because = faultSentence(error instanceof DeviceFault ? error : new DeviceFault("broken"));
    }
  }
  return (stream = (await check("devices", signal, because)).stream);
}

/** What is still here of earlier answers is sent by the same one that sends the next answer. */
function needBacklog() {
  backlog ??= openBacklog();
  backlog.catch(() => (backlog = null));
  return backlog;
}

async function openBacklog() {
  const opened = new Backlog(await Vault.open(await reach(fetchKey)), findRecorder);
  opened.addEventListener("change", () => {
    waiting = opened.waiting;
    if (known?.step === "saving") showSaving(known, waiting);
  });
  await opened.resume();
  return opened;
}

/** @param {SituationStep} step @param {AbortSignal} signal */
async function practiceStep(step, signal) {
  find("dots").hidden = true;
  find("step-title").textContent = "Oefenen";
  for (;;) {
    show("practice-intro", "practice");
    setPhase("intro");
    const chosen = await oneOf(["practice-start", "practice-skip", "check-again"], signal);
    if (chosen === "check-again") return change("opnieuw-controleren");
    const mine = await needDevices(signal);
    while (chosen === "practice-start" && (await practise(step.situation, mine, signal)) === "again");
    show("ready", "practice");
    setPhase("ready");
    if ((await oneOf(["begin", "practice-back"], signal)) === "begin") return begin(signal);
  }
}

/** Begin the exam, or wait until there is room for it. Nothing is lost and no clock runs meanwhile. @param {AbortSignal} signal */
async function begin(signal) {
  for (;;) {
    try {
      return go(await reach(() => post("beginnen")));
    } catch (error) {
      if (!(error instanceof Refused) || error.rule !== "all_recorders_taken") throw error;
      if (find("busy-text").textContent !== error.message) find("busy-text").textContent = error.message;
      if (find("busy").hidden) show("busy", "practice");
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      pressed("busy-again", either).then(() => over.abort());
      await countDown(ALL_TAKEN_AGAIN_S, (left) => {
        find("busy-left").textContent = `We proberen het vanzelf opnieuw over ${Math.ceil(left)} seconden.`;
      }, either);
      signal.throwIfAborted();
    }
  }
}

/** @param {SituationStep} step @param {AbortSignal} signal */
async function clipStep(step, signal) {
  const { situation: data } = step;
  if (step.break.offered && (await offerBreak(step, signal)) === "break-take") return change("pauze");
  await needDevices(signal);
  const situation = new Situation(data, "clip", find("step-title").textContent ?? "", signal);
  if (!data.plays_left) return change(`${data.number}/voorbereiden`);
  const hint = hintFor(step);
  note = "";
  const result = await situation.watch(() => grantPlay(data.number), hint);
  if (result.end !== "stalled") return change(`${data.number}/voorbereiden`);
  note = "Het filmpje haperde. Dat ligt aan de techniek, niet aan u. U mag het nog een keer zien.";
  await change(`${data.number}/haperde`, { seconds: result.seconds });
}

/** Offer the break before anything of the next situation is shown. @param {SituationStep} step @param {AbortSignal} signal */
function offerBreak(step, signal) {
  find("break-offer-minutes").textContent = inWords(step.break.seconds);
  find("break-skip").textContent = `Verder met situatie ${step.situation.number}`;
  show("break-offer", "clip");
  setPhase("offer");
  return oneOf(["break-skip", "break-take"], signal);
}

/** @param {SituationStep} step */
function hintFor({ situation }) {
  if (note) return note;
  if (situation.take) {
    return "Deze situatie doet u nog een keer. Uw eerste opname had een technische fout; dat ligt niet aan u.";
  }
  const times = situation.plays_left === 1 ? "één keer" : `hoogstens ${situation.plays_left} keer`;
  return `U ziet het filmpje ${times}. Daarna hebt u tijd om na te denken.`;
}

/**
 * Ask leave for one play. When the line broke in between, the leave may have been given though we did not hear it.
 * @param {number} number
 */
async function grantPlay(number) {
  let unsure = false;
  try {
    const step = await reach(() =>
      post(`${number}/filmpje`).catch((error) => {
        unsure ||= error instanceof Unreachable;
        throw error;
      }),
    );
    return step.situation.plays_left;
  } catch (error) {
    if (unsure && error instanceof Refused && error.rule === "no_play_left") return 0;
    throw error;
  }
}

/** @param {SituationStep} step @param {AbortSignal} signal */
async function prepareStep(step, signal) {
  const { situation: data } = step;
  const mine = await needDevices(signal);
  const situation = new Situation(data, "prepare", find("step-title").textContent ?? "", signal);
  await situation.prepare(mine, data.preparation_left_s);
  if (lostPart(mine)) return go(await reach(fetchStep));
  await situation.countIn(mine);
  await recordAnswer(data, mine, signal);
}

/** @param {SituationData} data @param {MediaStream} mine @param {AbortSignal} signal */
async function recordAnswer(data, mine, signal) {
  const sender = await needBacklog();
  const { take: ticket } = await openTake(data, signal);
  const take = new Take(mine, ticket, sender);
  signal.addEventListener("abort", () => take.stop());
  take.addEventListener("line", (event) => {
    const away = !(/** @type {CustomEvent} */ (event).detail);
    showStatus(away ? { safe: false, text: ALONE } : statusOf(known?.answers ?? []));
  }, { signal });
  const situation = new Situation(data, "record", find("step-title").textContent ?? "", signal);
  guardLeaving((recording = true));
  try {
    const recorded = situation.record(mine, take, ticket.most_s);
    take.start();
    await recorded;
  } finally {
    guardLeaving((recording = false));
  }
  setTimeout(() => take.stop(), LAST_WORDS_MS);
  await change(`${data.number}/klaar`);
}

/** @param {SituationData} data @param {AbortSignal} signal */
async function openTake(data, signal) {
  for (;;) {
    try {
      return await reach(() => post(`${data.number}/opnemen`));
    } catch (error) {
      if (!(error instanceof Refused) || error.rule !== "no_recorder_free") throw error;
      const situation = new Situation(data, "prepare", find("step-title").textContent ?? "", signal);
      await Promise.race([situation.obstacle(error.message), pause(RECORDER_AGAIN_MS)]);
      signal.throwIfAborted();
    }
  }
}

/** @param {Step} step @param {AbortSignal} signal */
async function breakStep(step, signal) {
  find("step-title").textContent = "Pauze";
  show("break");
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  pressed("break-end", either).then(() => ended.abort());
  await countDown(step.break.left_s, (left) => showTime("break-ring", left, step.break.seconds, clock(left)), either);
  if (!signal.aborted) await change("verder");
}

/** @param {Step} step @param {AbortSignal} signal */
async function savingStep(step, signal) {
  showTitle(step, null, "");
  show("saving");
  showSaving(step, waiting);
  await pressed("finish", signal);
  await change("afronden");
}

/** @param {Step} step */
function safeOf(step) {
  return new Set(step.answers.filter((answer) => answer.state === "safe").map((answer) => answer.number));
}

/** Keep an eye on the answers that are underway, and on another window that takes over. */
async function lookAgain() {
  const saving = known?.step === "saving";
  const underway = known?.answers.some((answer) => answer.state === "underway");
  if (known && (saving || underway)) {
    const shown = scene;
    const step = await fetchStep().catch(() => null);
    if (step && shown === scene) {
      known = { ...known, answers: step.answers };
      showStatus(statusOf(step.answers));
      if (saving && step.step !== "saving") go(step);
      else if (saving) showSaving(step, waiting);
    }
  }
  if (known && !recording) offerFiles(await backlog?.catch(() => null), known.emergency_s, safeOf(known));
  setTimeout(lookAgain, saving ? LOOK_SAVING_MS : LOOK_MS);
}

addEventListener("pageshow", (event) => event.persisted && location.reload());
await claimSeat();
await sitDown();
lookAgain();
// What an earlier page has left in this browser is sent on, whatever step this is.
if (await Vault.exists()) needBacklog().catch((error) => console.warn(`what is kept here is not sent: ${error}`));
