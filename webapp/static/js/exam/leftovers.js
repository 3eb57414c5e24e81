/** After the exam: what this browser still keeps of the answers is sent on, for as long as anybody takes it. */

import { Backlog } from "./backlog.js";
import { savingSentence, strandedSentence } from "./dutch.js";
import { fetchKey, findRecorder } from "./server.js";
import { Vault } from "./vault.js";

const element = /** @type {HTMLElement} */ (document.getElementById("leftover"));

if (await Vault.exists()) {
  const backlog = new Backlog(await Vault.open(await fetchKey()), findRecorder);
  backlog.addEventListener("change", () => {
    const { waiting } = backlog;
    const answers = [...waiting.keys()].map((number) => ({ number, state: "underway" }));
    const stranded = backlog.stranded.map((take) => take.number);
    if (answers.length) element.textContent = savingSentence(answers, waiting);
    else if (stranded.length) element.textContent = `${strandedSentence(stranded)} Vertel dat aan KSF.`;
    else element.textContent = "Alles wat hier nog stond, is veilig ontvangen.";
    element.hidden = false;
  });
  await backlog.resume();
}
