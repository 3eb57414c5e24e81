/** Sends bytes for as long as they move, however slow the line is. */

const STANDSTILL_MS = 30_000;

/**
 * PUT a body. No time is set for the whole of it: it is given up when nothing has moved for half a minute. Throws when it
 * was not heard.
 * @param {string} url @param {ArrayBuffer} body @param {Record<string, string>} headers
 * @returns {Promise<{status: number, text: string}>}
 */
export function sendPatiently(url, body, headers) {
  // fetch does not tell how far it is.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    let timer = 0;
    const moved = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => request.abort(), STANDSTILL_MS);
    };
    request.upload.addEventListener("progress", moved);
    request.upload.addEventListener("load", moved);
    request.addEventListener("progress", moved);
    request.addEventListener("load", () => resolve({ status: request.status, text: request.responseText }));
    for (const end of ["error", "abort"]) request.addEventListener(end, () => reject(new TypeError(`not sent: ${end}`)));
    request.addEventListener("loadend", () => clearTimeout(timer));
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    moved();
    request.send(body);
  });
}
