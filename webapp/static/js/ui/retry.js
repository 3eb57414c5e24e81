/** How long to wait before trying again, whoever tries: 0, 1, 3, then every 5 seconds, and at once when the line is back. */

const BACK_OFF_S = [0, 1, 3, 5];

/** @param {number} failures how many tries were in vain before the one that failed now @returns {number} milliseconds */
export function backOffMs(failures) {
  return 1000 * BACK_OFF_S[Math.min(failures, BACK_OFF_S.length - 1)];
}

/** Wait so long, or until the line is back. @param {number} ms @returns {Promise<void>} */
export function pause(ms) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    addEventListener("online", over);
  });
}
