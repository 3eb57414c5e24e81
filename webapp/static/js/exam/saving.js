/** The last screen: where each answer is, and what "afronden" still waits for. */

import { savingSentence, stateOf } from "./dutch.js";
import { enable, find } from "./page.js";
import { guardLeaving } from "./guard.js";

/**
 * @param {{answers: {number: number, state: string, safe_at: string | null}[]}} step
 * @param {Map<number, number>} waiting the slices of each answer that are only here
 */
export function showSaving(step, waiting) {
  const sentence = savingSentence(step.answers, waiting);
  if (find("saving-lede").textContent !== sentence) find("saving-lede").textContent = sentence;
  const safe = step.answers.every((answer) => answer.state === "safe" && !waiting.has(answer.number));
  enable("finish", safe);
  guardLeaving(waiting.size > 0);
  find("finish").hidden = step.answers.some((answer) => answer.state === "office");
  find("saving-answers").replaceChildren(
    ...step.answers.map((answer) => {
      const line = document.createElement("li");
      line.dataset.state = answer.state;
      line.textContent = stateOf(answer, waiting.get(answer.number));
      return line;
    }),
  );
}
