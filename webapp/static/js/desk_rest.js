/** Minds how long somebody has been judging: a word after 45 minutes, an offer to stop after 90. A break starts anew. */

import { toast } from "./toast.js";

const KEY = "vignet-desk-since";
const MINUTE_MS = 60_000;
const BREAK_MS = 10 * MINUTE_MS;

/** @type {[number, string][]} */
const WORDS = [
  [90, "U bent anderhalf uur bezig. Wie moe is, oordeelt minder scherp. Alles is bewaard; u kunt hier stoppen en morgen verdergaan."],
  [45, "U bent drie kwartier bezig. Even opstaan? Alles is bewaard en blijft staan."],
];

/** @typedef {{since: number, last: number, told: number}} Spell `told`: the minutes of the last word */

/**
 * What the spell of work is now, and what there is to say.
 * @param {Spell | null} spell @param {number} now @returns {{spell: Spell, word: string}}
 */
export function worked(spell, now) {
  if (!spell || now - spell.last > BREAK_MS) return { spell: { since: now, last: now, told: 0 }, word: "" };
  const minutes = (now - spell.since) / MINUTE_MS;
  const [due, word] = WORDS.find(([after]) => minutes >= after) ?? [0, ""];
  return { spell: { ...spell, last: now, told: Math.max(due, spell.told) }, word: due > spell.told ? word : "" };
}

function look() {
  const { spell, word } = worked(JSON.parse(localStorage.getItem(KEY) ?? "null"), Date.now());
  localStorage.setItem(KEY, JSON.stringify(spell));
  if (word) toast(word, { seconds: 60 });
}

export function mindRest() {
  const active = () => document.visibilityState === "visible" && look();
  active();
  setInterval(active, MINUTE_MS);
}
