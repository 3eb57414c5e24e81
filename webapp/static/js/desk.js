/** The desk: opens one answer after the other in the same page, with the next recording already loaded. */

import { Desk } from "./desk_page.js";
import { Ahead } from "./desk_ahead.js";
import { mindRest } from "./desk_rest.js";

const ahead = new Ahead();

/** @type {Desk} */
let desk;

/** @param {HTMLElement} root @param {HTMLVideoElement} [video] the recording, when it was loaded before */
function show(root, video) {
  desk = new Desk(root, { video, go });
  ahead.prepare(desk.data.next);
}

/** Go to other work: at once when it is loaded already. @param {string} url */
async function go(url) {
  desk.leave();
  const ready = await ahead.take(url);
  if (!ready) {
    location.assign(url);
    return;
  }
  document.getElementById("desk")?.replaceWith(ready.root);
  document.title = ready.title;
  history.pushState({}, "", url);
  show(ready.root, ready.video);
  document.getElementById("main")?.focus({ preventScroll: true });
}

addEventListener("popstate", () => location.reload());
addEventListener("pagehide", () => desk.leave());

const root = document.getElementById("desk");
if (root) {
  show(root);
  mindRest();
}
