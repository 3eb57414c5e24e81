/** Measures the computer of a location: the check of the exam, kept with that location. */

import { check } from "./check.js";
import { closeDevices } from "./devices.js";
import { find, showMessage } from "./page.js";
import { csrfToken, post } from "../ui/server.js";

const url = find("place").dataset.url ?? "";
const { signal } = new AbortController();

/** Send bytes that nobody keeps. @param {Blob} bytes @param {AbortSignal} over */
const send = (bytes, over) =>
  fetch(`${url}/lijn`, { method: "POST", body: bytes, headers: { "X-CSRFToken": csrfToken() }, signal: over });

const { stream, facts } = await check("place", signal, "", send);
closeDevices(stream);
for (;;) {
  try {
    location.assign((await post(url, facts)).next);
    break;
  } catch (error) {
    const text = error instanceof Error && error.message ? error.message : "De verbinding is weg.";
    await showMessage("again", { title: "De meting is nog niet bewaard", text, act: "Opnieuw bewaren" }, signal);
  }
}
