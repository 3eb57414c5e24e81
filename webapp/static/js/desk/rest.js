/** Minds how long somebody has been judging: a word after 45 minutes, an offer to stop after 90. A break starts anew. */

import { openDialog } from "../ui/dialog.js";
import { toast } from "../ui/toast.js";

const KEY = "vignet-desk-worked";
const MINUTE_MS = 60_000;
const LOOK_MS = 15_000;
/** Who looks and thinks may keep the hands still for so long. */
const STILL_MS = 5 * MINUTE_MS;
const BREAK_MS = 10 * MINUTE_MS;

/** @typedef {{worked: number, seen: number, active: number, told: number}} Spell
 * `worked`: milliseconds of judging; `seen`: the last look; `active`: the last sign of life; `told`: minutes of the last word */

/**
 * The length of this spell of work, and after how many minutes there is something to say (0: nothing).
 * @param {Spell | null} spell @param {number} now @param {number} active when somebody last did something
 * @returns {{spell: Spell, due: number}}
 */
export function worked(spell, now, active) {
  if (!spell || active - spell.active > BREAK_MS) return { spell: { worked: 0, seen: now, active, told: 0 }, due: 0 };
  const busy = now - active < STILL_MS ? now - spell.seen : 0;
  const total = spell.worked + Math.min(Math.max(busy, 0), STILL_MS);
  const due = [90, 45].find((minutes) => total >= minutes * MINUTE_MS) ?? 0;
  const told = Math.max(due, spell.told);
  return { spell: { worked: total, seen: now, active: Math.max(active, spell.active), told }, due: due > spell.told ? due : 0 };
}

export function mindRest() {
  let active = Date.now();
  const alive = () => (active = Date.now());
  for (const event of ["keydown", "pointerdown", "pointermove", "wheel"]) addEventListener(event, alive, { passive: true });
  const look = () => {
    if (document.visibilityState !== "visible") return;
    if ([...document.querySelectorAll("video")].some((video) => !video.paused)) alive();
    const { spell, due } = worked(JSON.parse(localStorage.getItem(KEY) ?? "null"), Date.now(), active);
    localStorage.setItem(KEY, JSON.stringify(spell));
    if (due === 45) toast("U bent drie kwartier bezig. Even opstaan? Alles is bewaard en blijft staan.", { seconds: 300 });
    if (due === 90) openDialog("rest");
  };
  look();
  setInterval(look, LOOK_MS);
}
