/** The sentences of the exam page that depend on what happened. They say what happened, what is safe, what to do. */

/** @type {Record<string, string>} */
const FAULTS = {
  denied:
    "Uw browser mag uw camera en microfoon niet gebruiken. Druk op het slotje naast het adres, kies ‘Toestaan’ en probeer het opnieuw.",
  none: "We vinden geen camera en microfoon. Sluit ze aan en probeer het opnieuw.",
  "none camera": "We vinden geen camera. Sluit een camera aan en probeer het opnieuw.",
  "none microphone": "We vinden geen microfoon. Sluit een microfoon of headset aan en probeer het opnieuw.",
  busy: "Een ander programma gebruikt uw camera of microfoon. Sluit programma’s zoals Teams of Zoom en probeer het opnieuw.",
  gone: "De camera of microfoon die u eerder koos, is er niet. Sluit die weer aan, of kies een andere.",
  unsafe: "De camera werkt alleen op een beveiligd adres. Open deze pagina met https:// voor het adres.",
  broken: "De camera start niet. Sluit uw browser helemaal af en kom hier terug. U gaat verder waar u was.",
};

/** @param {import("./devices.js").DeviceFault} fault */
export function faultSentence({ fault, part }) {
  return FAULTS[`${fault} ${part}`] ?? FAULTS[fault];
}

/** @type {Record<string, string>} */
export const LOST = {
  camera: "Uw camera is losgeraakt. Sluit de camera weer aan, of kies een andere.",
  microphone: "Uw microfoon is losgeraakt. Sluit de microfoon weer aan, of kies een andere.",
};

/** While recording, when a device gives nothing. @type {Record<string, string>} */
export const SILENT = {
  camera: "We krijgen geen beeld van uw camera. Kijk of hij goed vastzit en aan staat. We proberen het steeds opnieuw. Uw tijd staat stil.",
  microphone: "We krijgen geen geluid van uw microfoon. Kijk of hij goed vastzit en aan staat. We proberen het steeds opnieuw. Uw tijd staat stil.",
};

/** Before the exam. */
export const NO_SOUND = "We krijgen geen geluid van uw microfoon. Kijk of hij goed vastzit en aan staat, of kies een andere.";
export const NO_RECORDING =
  "Deze browser kan beeld en geluid niet goed opnemen. Open deze pagina in Chrome, Edge of Firefox, of op een Apple in Safari.";

/** While recording, when there is sound and it is perfectly silent. */
export const MUTE = "We horen niets. Kijk of uw microfoon niet op stil staat.";

/** The sentence about answers that nobody takes any more. @param {number[]} numbers of the answers */
export function strandedSentence(numbers) {
  return `Van ${answersCalled(numbers)} kon een deel niet worden verstuurd. Het staat nog wel op deze computer.`;
}

/**
 * Where the answers are, in one line: the last one that is not simply waiting.
 * @param {{number: number, state: string, safe_at: string | null}[]} answers
 */
export function statusOf(answers) {
  const underway = answers.filter((answer) => answer.state === "underway").map((answer) => answer.number);
  if (underway.length) return { safe: false, text: `${answersCalled(underway)} ${isOrAre(underway)} onderweg` };
  const last = answers.filter((answer) => answer.state === "safe").at(-1);
  return last ? { safe: true, text: `antwoord ${last.number} veilig ontvangen, ${last.safe_at}` } : { safe: false, text: "" };
}

/** While recording, when nothing that is said arrives. */
export const ALONE = "de verbinding is weg; uw opname loopt gewoon door op deze computer";

/**
 * The words for what one answer waits for.
 * @param {{number: number, state: string, safe_at: string | null}} answer
 * @param {number} [unsent] the seconds of it that are only here; undefined when all is confirmed
 */
export function stateOf(answer, unsent) {
  if (unsent) return `Antwoord ${answer.number}: nog ${unsent} ${unsent === 1 ? "seconde" : "seconden"} te versturen`;
  if (unsent === 0 && answer.state === "safe") return `Antwoord ${answer.number}: verstuurd, wordt nagekeken`;
  if (answer.state === "safe") return `Antwoord ${answer.number}: veilig ontvangen, ${answer.safe_at}`;
  if (answer.state === "office") return `Antwoord ${answer.number}: opgenomen, met een technische fout`;
  return `Antwoord ${answer.number}: onderweg`;
}

/** @param {{number: number, state: string}[]} answers @param {Map<number, number>} waiting */
export function savingSentence(answers, waiting) {
  const onlyHere = answers.filter((answer) => waiting.get(answer.number)).map((answer) => answer.number);
  if (onlyHere.length) {
    return `Van ${answersCalled(onlyHere)} staat nog een deel alleen op deze computer. We versturen het vanzelf, ook als uw verbinding even weg is. Laat deze pagina open.`;
  }
  const underway = answers
    .filter((answer) => answer.state === "underway" || (answer.state === "safe" && waiting.has(answer.number)))
    .map((answer) => answer.number);
  const office = answers.filter((answer) => answer.state === "office").map((answer) => answer.number);
  if (underway.length) {
    return `${capital(answersCalled(underway))} ${isOrAre(underway)} nog onderweg naar een veilige plek. Laat deze pagina open. Dit duurt meestal minder dan een minuut.`;
  }
  if (office.length) {
    return `Bij ${answersCalled(office)} ging er technisch iets mis. Dat ligt niet aan u. KSF kijkt ernaar en neemt contact met u op. U mag deze pagina sluiten; al uw opnames blijven bewaard.`;
  }
  return "Al uw antwoorden zijn veilig ontvangen. Rond uw examen nu af; daarna krijgt u een ontvangstbewijs.";
}

/** antwoord 3 · antwoorden 3, 4 en 5 @param {number[]} numbers */
function answersCalled(numbers) {
  const last = numbers.at(-1);
  return numbers.length === 1 ? `antwoord ${last}` : `antwoorden ${numbers.slice(0, -1).join(", ")} en ${last}`;
}

/** @param {number[]} numbers */
function isOrAre(numbers) {
  return numbers.length === 1 ? "is" : "zijn";
}

/** @param {string} text */
function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
