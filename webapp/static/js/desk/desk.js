/** The desk: opens one answer after the other in the same page, with the recordings around it already loaded. */

import { Ahead, dataOf } from "./ahead.js";
import { Desk } from "./page.js";
import { mindRest } from "./rest.js";
import { openKeep, sendKept } from "./save.js";
import { toast } from "../ui/toast.js";

const ahead = new Ahead();

/** @type {Desk | undefined} */
let desk;
/** @type {import("./save.js").Keep} */
let keep;

/**
 * @param {HTMLElement} root @param {Desk} [left] what was on the desk before
 * @param {number | null} [second] where to begin, when somebody asked for that
 */
async function show(root, left, second = null) {
  const data = dataOf(root);
  data.position_s = second ?? data.position_s;
  keep ??= await openKeep(data.secret);
  const here = new Desk(root, data, { go, keep, kept: await keep.get(data.id) });
  desk = here;
  // First what waits, so that a page that is fetched then tells what is true; and first of all what is looked at.
  void Promise.all([sendKept(keep, data.id), seen(here.player.video)]).then(() => {
    if (desk !== here) return;
    ahead.prepare([data.next, data.behind, data.before], left && { url: left.url, video: left.player.video });
  });
}

/**
 * Go to other work: at once when it is loaded already. `since` is when somebody asked for it.
 * @param {string} url @param {number} since @param {{done: number, total: number}} [count] what is signed by now
 */
async function go(url, since, count) {
  const ready = await ahead.take(url);
  if (!ready) {
    if (navigator.onLine) location.assign(url);
    else toast("Er is nu geen verbinding. Dit antwoord gaat open zodra die terug is; wat u deed, is hier bewaard.");
    return;
  }
  const left = desk;
  left?.leave();
  document.getElementById("desk")?.replaceWith(ready.root);
  document.title = ready.title;
  const place = ready.root.querySelector(".desk-count");
  if (count && place) place.textContent = `${count.done} van ${count.total} klaar`;
  await show(ready.root, left);
  history.pushState({}, "", url);
  document.getElementById("main")?.focus({ preventScroll: true });
  await seen(desk?.player.video ?? null);
  performance.measure("desk-switch", { start: since });
}

/** The second that the address names (#t=12.3), when somebody comes from a word that was found. */
function secondAsked() {
  const named = /^#t=(\d{1,5}(?:\.\d{1,3})?)$/.exec(location.hash);
  return named ? Number(named[1]) : null;
}

/** When the first picture of this recording is on the screen. @param {HTMLVideoElement | null} video */
async function seen(video) {
  if (video && video.readyState < 2 && !video.error) {
    await new Promise((done) => {
      for (const event of ["loadeddata", "error"]) video.addEventListener(event, done, { once: true });
    });
  }
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

addEventListener("popstate", () => location.reload());
addEventListener("pagehide", () => desk?.part());
addEventListener("online", () => void sendKept(keep, desk?.data.id));

const root = document.getElementById("desk");
if (root) {
  void show(root, undefined, secondAsked());
  mindRest();
}
