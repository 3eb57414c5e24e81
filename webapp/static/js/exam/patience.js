/** How long to wait before trying again, on whichever road: 0, 1, 3, 5 seconds, and at once when the line is back. */

const BACK_OFF_S = [0, 1, 3, 5];

/** @param {number} attempts how many were in vain @returns {number} milliseconds */
export function backOffMs(attempts) {
  return 1000 * BACK_OFF_S[Math.min(attempts, BACK_OFF_S.length - 1)];
}

/** Wait so long, or until the line is back. @param {number} ms */
export function pause(ms) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      resolve(undefined);
    };
    const timer = setTimeout(over, ms);
    addEventListener("online", over);
  });
}
