/** The points of each term so far, and what keeps a checklist from being signed, as `review/checklist.py` says it. */

/** @typedef {import("./log.js").Log} Log */
/** @typedef {{key: string, min: number, max: number, points: string[]}} Term */
/** @typedef {{given: number, most: number}} Total `most`: what it can still become */

/** @param {Term} term @param {Log} log @returns {Total} */
export function total(term, log) {
  const marks = term.points.map((key) => log.value(`point/${key}/given`));
  const given = marks.filter((one) => one === true).length;
  return { given, most: given + marks.filter((one) => typeof one !== "boolean").length };
}

/** True when it is passed as it stands, false when it cannot be any more, null while that is open. @param {Term[]} terms @param {Log} log */
export function outcome(terms, log) {
  const found = terms.map((term) => ({ ...total(term, log), min: term.min }));
  if (found.some((one) => one.most < one.min)) return false;
  return found.every((one) => one.given >= one.min) ? true : null;
}

/** @param {string} id @param {Log} log */
export function whole(id, log) {
  const part = (/** @type {string} */ name) => String(log.value(`conversation/${id}/${name}`) ?? "");
  return Boolean(part("channel") && part("way") && part("began") && part("ended") && part("began") < part("ended"));
}

/** Every sentence that keeps it from being signed. @param {Term[]} terms @param {Log} log @param {number} minimum of conversations */
export function gaps(terms, log, minimum) {
  const points = terms.flatMap((term) => term.points);
  const open = points.filter((key) => typeof log.value(`point/${key}/given`) !== "boolean").length;
  const silent = points.filter(
    (key) => log.value(`point/${key}/given`) === false && !String(log.value(`point/${key}/reason`) ?? "").trim(),
  ).length;
  const there = log.conversations;
  const partial = there.filter((id) => !whole(id, log)).length;
  return [
    log.conflicts.length && `Kies wat klopt bij ${count(log.conflicts.length, "vak", "vakken")} met twee antwoorden.`,
    log.value("told") !== true && "Vink aan dat de kandidaat weet dat deze gesprekken meetellen.",
    there.length - partial < minimum && `Er zijn ten minste ${minimum} hele gesprekken nodig; u hebt er ${there.length - partial}.`,
    partial && `${count(partial, "gesprek is", "gesprekken zijn")} niet compleet: soort, manier, begin en een later einde.`,
    open && `${count(open, "punt heeft", "punten hebben")} nog geen oordeel.`,
    silent && `Schrijf bij ${count(silent, "punt", "punten")} waarom u het niet zag.`,
  ].filter((one) => typeof one === "string");
}

/** @param {number} number @param {string} one @param {string} many */
function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}
