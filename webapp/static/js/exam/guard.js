/** Keeps the candidate from leaving by accident while an answer is recorded, and the screen from going dark. */

let recording = false;
/** @type {WakeLockSentinel | null} */
let lock = null;
let awake = false;

addEventListener("beforeunload", (event) => {
  if (recording) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (awake && document.visibilityState === "visible") keepAwake();
});

/** @param {boolean} on whether leaving the page now would break off an answer */
export function guardLeaving(on) {
  recording = on;
}

/** Browsers let go of the lock when the page is hidden; it is asked again when the page is back. */
export async function keepAwake() {
  awake = true;
  try {
    if (!lock || lock.released) lock = await navigator.wakeLock.request("screen");
  } catch {
    lock = null;
  }
}

export async function letSleep() {
  awake = false;
  await lock?.release();
}
