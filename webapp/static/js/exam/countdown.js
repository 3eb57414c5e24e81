/** Time that runs out, counted on the browser's steady clock, and how it is said. The wall clock is never asked. */

/**
 * @param {number} seconds
 * @param {(left: number) => void} tick told the seconds left, each quarter of a second
 * @param {AbortSignal} signal ends it early, without an end
 * @param {() => number} [heldMs] for how long in all the clock stood still since it began
 * @returns {Promise<boolean>} true when the time ran out, false when it was ended early
 */
export function countDown(seconds, tick, signal, heldMs = () => 0) {
  const end = performance.now() + seconds * 1000;
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const look = () => {
      const left = Math.max(0, (end + heldMs() - performance.now()) / 1000);
      tick(left);
      if (left > 0) return;
      clearInterval(timer);
      resolve(true);
    };
    const timer = setInterval(look, 250);
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      resolve(false);
    });
    look();
  });
}

/** 0:07 @param {number} seconds */
export function clock(seconds) {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** 1 minuut 20 @param {number} seconds */
export function inWords(seconds) {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = whole % 60;
  if (!minutes) return `${rest} ${rest === 1 ? "seconde" : "seconden"}`;
  const name = minutes === 1 ? "minuut" : "minuten";
  return rest ? `${minutes} ${name} ${rest}` : `${minutes} ${name}`;
}
