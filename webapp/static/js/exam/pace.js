/**
 * What this computer and its line can take, tried out before the exam instead of found out in it: how large a picture
 * is coded in time, twice at once as an answer asks it (live and in slices), and how fast the line carries bytes away.
 */

import { useHeight } from "./devices.js";
import { SliceRecorder } from "./slices.js";
import { WhipClient } from "./whip.js";

const HEIGHTS = [720, 540, 360];
const IN_TIME = 0.8;
const WARM_MS = 1500;
const LOOK_MS = 2000;
const CONNECT_MS = 3000;
const CHUNK_BYTES = 256 * 1024;
const LINE_MS = 3000;
const CHUNKS = 16;

/**
 * Make the picture as large as this computer codes in time, and remember that for the next time.
 * @param {MediaStream} stream @param {AbortSignal} signal
 * @returns {Promise<number | null>} coded pictures a second at that size; null when this browser does not tell
 */
export async function fitPicture(stream, signal) {
  let pace = null;
  for (const height of HEIGHTS) {
    if (signal.aborted) break;
    await useHeight(stream, height);
    const found = await codedBy(stream);
    pace = found?.coded ?? pace;
    if (!found || found.coded >= IN_TIME * found.shown) break;
  }
  return pace;
}

/**
 * How fast the line carries bytes away, in kbit/s; 0 when nothing came through. Takes three seconds at most.
 * @param {(chunk: Blob, signal: AbortSignal) => Promise<unknown>} send
 */
export async function lineSpeed(send) {
  const chunk = new Blob([crypto.getRandomValues(new Uint8Array(65_536)), new Uint8Array(CHUNK_BYTES - 65_536)]);
  const began = performance.now();
  const over = AbortSignal.timeout(LINE_MS);
  let sent = 0;
  try {
    for (; sent < CHUNKS && !over.aborted; sent += 1) await send(chunk, over);
  } catch (error) {
    if (!over.aborted) throw error;
  }
  return Math.round((sent * CHUNK_BYTES * 8) / (performance.now() - began));
}

/**
 * The pictures a second that the camera shows and that are coded, while both roads run inside this page.
 * @param {MediaStream} stream @returns {Promise<{shown: number, coded: number} | null>}
 */
async function codedBy(stream) {
  const sending = new WhipClient("", "");
  const receiving = new RTCPeerConnection();
  let recorder = null;
  try {
    receiving.setRemoteDescription({ type: "offer", sdp: await sending.offer(stream) });
    await receiving.setLocalDescription();
    await settled(receiving, "icegatheringstatechange", () => receiving.iceGatheringState === "complete");
    await sending.accept(receiving.localDescription?.sdp ?? "");
    if (!(await settled(receiving, "connectionstatechange", () => receiving.connectionState === "connected"))) return null;
    recorder = new SliceRecorder(stream, async () => {});
    recorder.start();
    await passed(WARM_MS);
    const [before, began] = [await pictures(sending.connection), performance.now()];
    await passed(LOOK_MS);
    const [after, seconds] = [await pictures(sending.connection), (performance.now() - began) / 1000];
    if (!before.coded || !after.coded) return null;
    const shown = after.shown && before.shown ? (after.shown - before.shown) / seconds : rateOf(stream);
    return { shown, coded: (after.coded - before.coded) / seconds };
  } catch (error) {
    console.warn(`what this computer can take stays unknown: ${error}`);
    return null;
  } finally {
    await recorder?.stop();
    sending.abandon();
    receiving.close();
  }
}

/** How many pictures were taken in and coded so far. @param {RTCPeerConnection} connection */
async function pictures(connection) {
  const found = { shown: 0, coded: 0 };
  for (const one of (await connection.getStats()).values()) {
    if (one.kind !== "video") continue;
    if (one.type === "media-source") found.shown = one.frames ?? 0;
    if (one.type === "outbound-rtp") found.coded = one.framesEncoded ?? 0;
  }
  return found;
}

/** @param {MediaStream} stream */
function rateOf(stream) {
  return stream.getVideoTracks()[0].getSettings().frameRate ?? 30;
}

/** True when it came to that within three seconds. @param {EventTarget} target @param {string} event @param {() => boolean} done */
function settled(target, event, done) {
  return new Promise((resolve) => {
    if (done()) return resolve(true);
    setTimeout(() => resolve(false), CONNECT_MS);
    target.addEventListener(event, () => done() && resolve(true));
  });
}

/** @param {number} ms */
function passed(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
