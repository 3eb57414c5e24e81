/**
 * When nobody has been reached for long, or something is not taken: what is kept here of each answer as a file, sealed as
 * it is. Says nothing else than what is safe and what one may do, and goes away by itself when all is taken.
 */

import { inWords } from "./countdown.js";
import { strandedSentence } from "./dutch.js";
import { find } from "./page.js";

/**
 * Offer the files, or take the offer away.
 * @param {import("./backlog.js").Backlog | null | undefined} backlog @param {number} afterS
 * @param {Set<number>} safe the answers that the server has, whole
 */
export function offerFiles(backlog, afterS, safe) {
  const silent = Boolean(backlog && backlog.silentS > afterS);
  const kept = (silent ? backlog?.complete : backlog?.stranded) ?? [];
  const offered = kept.filter((take) => !safe.has(take.number));
  const place = find("emergency");
  const names = offered.map((take) => take.recording_id).join();
  if (place.dataset.offered === names) return;
  place.dataset.offered = names;
  place.hidden = !offered.length;
  find("emergency-title").textContent = silent
    ? `We kunnen de server al ${inWords(afterS)} niet bereiken`
    : offered.length ? strandedSentence(offered.map((take) => take.number)) : "";
  find("emergency-safe").textContent = silent
    ? "Uw antwoorden staan veilig op deze computer. Zodra er weer verbinding is, versturen we ze vanzelf. Laat deze pagina daarom het liefst open."
    : "Dat ligt niet aan u. Wat wel is verstuurd, is veilig.";
  find("emergency-why").textContent = silent ? "Moet u toch weg, of wilt u zeker zijn? Bewaar dan" : "Bewaar";
  find("emergency-said").textContent = "";
  find("emergency-files").replaceChildren(
    ...offered.map((take) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = `Antwoord ${take.number} bewaren`;
      button.addEventListener("click", () => save(/** @type {import("./backlog.js").Backlog} */ (backlog), take));
      return button;
    }),
  );
}

/** @param {import("./backlog.js").Backlog} backlog @param {import("./vault.js").KeptTake} take */
async function save(backlog, take) {
  const address = URL.createObjectURL(await backlog.vault.file(take.recording_id));
  const link = document.createElement("a");
  link.href = address;
  link.download = `vignet-antwoord-${take.number}.vignet`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  find("emergency-said").textContent = `Antwoord ${take.number} is als bestand bewaard, bij uw downloads.`;
}
