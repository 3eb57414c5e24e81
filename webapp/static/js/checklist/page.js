/** The examiner's page: one candidate at a time, saved by itself, signed at the end, all of it without network too. */

import { Saver } from "./save.js";
import { Sheet } from "./sheet.js";
import { openDialog } from "../ui/dialog.js";

const SAID = {
  waiting: "Nog niet verstuurd …",
  offline: "Geen verbinding. Alles staat veilig op dit apparaat en gaat vanzelf weg. Laat deze pagina open.",
  out: "U bent uitgelogd. Alles staat veilig op dit apparaat. Log in een ander tabblad in en laad daarna deze pagina opnieuw.",
};

const root = /** @type {HTMLElement} */ (document.getElementById("checklists"));
const data = JSON.parse(/** @type {Element} */ (root.querySelector(".checklist-data")).textContent ?? "{}");
const status = /** @type {HTMLElement} */ (root.querySelector("[data-status]"));
/** @type {Map<string, Sheet>} */
const sheets = new Map();

async function start() {
  const from = await Saver.open(root, root.dataset.secret ?? "", data.id);
  const saver = new Saver(from, { took, signed, unsigned, told });
  for (const form of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-sheet]"))) {
    const sheet = new Sheet(form, data, (field, value) => write(saver, sheet, field, value));
    sheets.set(sheet.id, sheet);
    form.querySelector("[data-look]")?.addEventListener("click", () => look(sheet));
  }
  for (const one of from.waiting.entries) sheets.get(one.participant)?.log.add([one]);
  for (const one of from.waiting.signatures) {
    const sheet = sheets.get(one.participant);
    if (sheet) sheet.pending = true;
  }
  took(data.sheets);
  for (const button of people()) button.addEventListener("click", () => show(button.dataset.show ?? ""));
  show(people()[0]?.dataset.show ?? "");
  document.getElementById("sign-now")?.addEventListener("click", () => sign(saver));
  saver.start();
  void stayAwake();
  document.addEventListener("visibilitychange", () => void stayAwake());
  root.dataset.ready = "";
}

/** @param {Saver} saver @param {Sheet} sheet @param {string} field @param {import("./log.js").Value} value */
function write(saver, sheet, field, value) {
  const before = sheet.log.standing(field);
  const only = before.length === 1 ? before[0] : undefined;
  // What no server knows yet needs not be sent: its successor says it all.
  const instead = only && saver.isFresh(only.id) ? only : undefined;
  const replaces = instead ? instead.replaces : before.map((one) => one.id);
  const entry = { id: crypto.randomUUID(), field, value, replaces, device: saver.waiting.device };
  if (instead) sheet.log.drop(instead.id);
  sheet.log.add([entry]);
  saver.write({ ...entry, participant: sheet.id }, instead?.id);
}

/** What the server has. @param {Record<string, any>} known */
function took(known) {
  for (const [id, one] of Object.entries(known)) {
    const sheet = sheets.get(id);
    if (!sheet) continue;
    sheet.log.add(one.entries);
    sheet.result = one.result;
    if (one.result) sheet.pending = false;
    if (one.sent_back && !sheet.why) sheet.why = `KSF stuurde deze checklist terug: ${one.sent_back}`;
    sheet.show();
    mark(sheet);
  }
}

/** @param {string} id @param {any} result */
function signed(id, result) {
  const sheet = sheets.get(id);
  if (!sheet) return;
  sheet.result = result;
  sheet.pending = false;
  sheet.show();
  mark(sheet);
}

/** @param {string} id @param {string} why */
function unsigned(id, why) {
  const sheet = sheets.get(id);
  if (!sheet) return;
  sheet.pending = false;
  sheet.why = `De handtekening is niet aangenomen. ${why}`;
  sheet.show();
  mark(sheet);
}

/** @param {import("./save.js").How} how @param {string} [text] */
function told(how, text = "") {
  status.dataset.how = how;
  if (how === "saved") status.textContent = `Bewaard om ${text}`;
  else if (how === "refused") status.textContent = `${text} Wat u schreef, staat nog op dit apparaat.`;
  else status.textContent = SAID[how];
}

function people() {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-show]")]);
}

/** @param {string} id */
function show(id) {
  for (const sheet of sheets.values()) sheet.root.hidden = sheet.id !== id;
  for (const button of people()) button.setAttribute("aria-pressed", String(button.dataset.show === id));
}

/** Beside the name how far the checklist is. @param {Sheet} sheet */
function mark(sheet) {
  const place = root.querySelector(`[data-show="${sheet.id}"] [data-state]`);
  if (place) place.textContent = sheet.result ? sheet.result.words : sheet.pending ? "ondertekend" : sheet.log.names.length ? "bezig" : "";
}

/** Before signing: what is not there yet, or what is signed. @param {Sheet} sheet */
function look(sheet) {
  const dialog = /** @type {HTMLElement} */ (document.getElementById("sign"));
  const list = /** @type {HTMLElement} */ (dialog.querySelector("[data-list]"));
  const lede = /** @type {HTMLElement} */ (dialog.querySelector("[data-lede]"));
  const button = /** @type {HTMLElement} */ (document.getElementById("sign-now"));
  const open = sheet.gaps;
  const missed = sheet.missed.map((one) => `${one.text} ${one.reason}`);
  button.hidden = open.length > 0;
  dialog.dataset.for = sheet.id;
  lede.textContent = open.length
    ? "Dit ontbreekt nog:"
    : `U tekent voor: ${sheet.outcome ? "behaald" : "niet behaald"}. ${missed.length ? "Deze punten zag u niet:" : "U zag alle punten."}`;
  list.replaceChildren(
    ...(open.length ? open : missed).map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
  openDialog("sign");
}

/** @param {Saver} saver */
function sign(saver) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("sign"));
  const sheet = sheets.get(dialog.dataset.for ?? "");
  if (sheet && !sheet.locked && !sheet.gaps.length) {
    sheet.pending = true;
    sheet.why = "";
    saver.sign({ participant: sheet.id, id: crypto.randomUUID(), seen: sheet.log.seen });
    sheet.show();
    mark(sheet);
  }
  dialog.close();
}

/** A tablet whose screen goes dark forgets its pages. Not every browser can be asked to stay awake. */
async function stayAwake() {
  if (!document.hidden) await navigator.wakeLock?.request("screen").catch(() => {});
}

void start();
