/** What this browser really records: each kind of file tried, and what the page itself can see of it. */

import { provenKind } from "/js/exam/proof.js";
import { supportedKinds } from "/js/exam/slices.js";

const KINDS = [
  "video/webm;codecs=h264,opus",
  "video/webm;codecs=vp8,opus",
  "video/webm",
  "video/mp4;codecs=avc3.42E01F,mp4a.40.2",
  "video/mp4;codecs=avc3.42E01F,opus",
  "video/mp4;codecs=avc1.42E01F,mp4a.40.2",
  "video/mp4;codecs=avc1.42E01F,opus",
  "video/mp4",
];
const LONG_MS = 7000;
const [SLICE_MS, KEYFRAME_MS] = [1500, 2000];

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A camera that is painted, so that its size can change, and the browser's own microphone. */
async function devices() {
  const asked = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const paper = canvas.getContext("2d");
  let count = 0;
  const timer = setInterval(() => {
    paper.fillStyle = `hsl(${(count++ * 7) % 360} 80% 50%)`;
    paper.fillRect(0, 0, canvas.width, canvas.height);
  }, 33);
  const painted = canvas.captureStream(30).getVideoTracks()[0];
  const close = () => {
    clearInterval(timer);
    for (const track of [...asked.getTracks(), painted]) track.stop();
  };
  return { camera: asked.getVideoTracks()[0], microphone: asked.getAudioTracks()[0], painted, canvas, close };
}

/** Record these tracks; after three seconds something happens. */
async function record(kind, tracks, happens = () => {}) {
  const options = { mimeType: kind, videoBitsPerSecond: 1_500_000, videoKeyFrameIntervalDuration: KEYFRAME_MS };
  const recorder = new MediaRecorder(new MediaStream(tracks), options);
  const [slices, parts] = [[], []];
  const began = performance.now();
  let error = "";
  recorder.addEventListener("error", (event) => (error = String(event.error ?? event.type)));
  recorder.addEventListener("dataavailable", ({ data }) => {
    parts.push(data);
    if (data.size) slices.push(Math.round(performance.now() - began));
  });
  const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
  recorder.start(SLICE_MS);
  await wait(3000);
  happens();
  await wait(LONG_MS - 3000);
  const mime = recorder.mimeType;
  if (recorder.state !== "inactive") recorder.stop();
  await Promise.race([stopped, wait(3000)]);
  await wait(500);
  const file = new Blob(parts, { type: mime });
  return { mime: mime || parts[0]?.type || "", slices, error, file };
}

async function keep(name, { file, ...told }) {
  await fetch(`/file/${name}`, { method: "POST", body: file });
  return { ...told, bytes: file.size };
}

async function tryKind(kind, number) {
  if (!MediaRecorder.isTypeSupported(kind)) return { kind, supported: false };
  const found = { kind, supported: true };
  const made = await devices();
  try {
    const { camera, microphone, painted, canvas } = made;
    found.plain = await keep(`${number}-plain`, await record(kind, [camera, microphone]));
    const resize = () => Object.assign(canvas, { width: 320, height: 180 });
    found.resized = await keep(`${number}-resized`, await record(kind, [painted, microphone], resize));
    const ends = microphone.clone();
    found.ended = await keep(`${number}-ended`, await record(kind, [camera, ends], () => ends.stop()));
    found.asked = supportedKinds().includes(kind);
    if (!found.asked) return found;
    const asked = MediaRecorder.isTypeSupported;
    MediaRecorder.isTypeSupported = (one) => one === kind && asked.call(MediaRecorder, one);
    found.proven = (await provenKind(new MediaStream([camera, microphone]), AbortSignal.timeout(15_000))) === kind;
    MediaRecorder.isTypeSupported = asked;
  } catch (error) {
    found.error = String(error);
  } finally {
    made.close();
  }
  return found;
}

async function measure() {
  const told = { agent: navigator.userAgent, live: "RTCPeerConnection" in globalThis, kinds: [] };
  if (!("MediaRecorder" in globalThis)) return told;
  for (const [number, kind] of KINDS.entries()) told.kinds.push(await tryKind(kind, number));
  return told;
}

const told = await measure().catch((error) => ({ agent: navigator.userAgent, error: String(error), kinds: [] }));
await fetch("/told", { method: "POST", body: JSON.stringify(told) });
