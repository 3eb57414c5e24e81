/**
 * Proves that this browser records, by recording a moment and playing it back: bytes, and in them a picture and a sound
 * that can be decoded. Some browsers say that they record and give nothing (WebKitGTK), or a kind that they cannot read.
 */

import { recorderOf, supportedKinds } from "./slices.js";

const RECORD_MS = 1000;
const LONGEST_MS = 5000;
const SLICE_MS = 500;
const LEAST_SOUND_S = 0.2;

/**
 * The best kind of file that was recorded and read again here; "" when there is none.
 * @param {MediaStream} stream @param {AbortSignal} signal
 */
export async function provenKind(stream, signal) {
  for (const kind of supportedKinds()) {
    if (signal.aborted) break;
    const recording = await record(stream, kind).catch(() => null);
    if (recording?.size && (await hasPicture(recording)) && (await hasSound(recording))) return kind;
    console.warn(`${kind} is not recorded here`);
  }
  return "";
}

/** @param {MediaStream} stream @param {string} kind @returns {Promise<Blob>} */
function record(stream, kind) {
  return new Promise((resolve, reject) => {
    /** @type {Blob[]} */
    const parts = [];
    const recorder = recorderOf(stream, kind);
    const end = () => recorder.state === "recording" && recorder.stop();
    const timer = setTimeout(end, LONGEST_MS);
    // A browser that says nothing at its end either.
    const never = setTimeout(() => reject(new Error("no end")), 2 * LONGEST_MS);
    recorder.addEventListener("start", () => setTimeout(end, RECORD_MS));
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("error", (event) => reject(event));
    recorder.addEventListener("stop", () => {
      clearTimeout(timer);
      clearTimeout(never);
      resolve(new Blob(parts, { type: recorder.mimeType || kind }));
    });
    recorder.start(SLICE_MS);
  });
}

/** True when pictures come out of it. @param {Blob} recording */
async function hasPicture(recording) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(recording);
  video.muted = true;
  video.src = address;
  const shown = new Promise((resolve) => {
    video.addEventListener("error", () => resolve(false));
    video.addEventListener("timeupdate", () => video.currentTime > 0 && resolve(video.videoWidth > 0 && video.readyState >= 2));
    video.addEventListener("ended", () => resolve(video.videoWidth > 0));
    setTimeout(() => resolve(false), LONGEST_MS);
  });
  video.play().catch(() => {});
  const found = await shown;
  video.removeAttribute("src");
  video.load();
  URL.revokeObjectURL(address);
  return found;
}

/** True when sound comes out of it, silence or not. @param {Blob} recording */
async function hasSound(recording) {
  const decoder = new OfflineAudioContext(1, 1, 48_000);
  const sound = await decoder.decodeAudioData(await recording.arrayBuffer()).catch(() => null);
  return Boolean(sound && sound.duration >= LEAST_SOUND_S);
}
