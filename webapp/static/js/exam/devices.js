/** Camera and microphone: opened as they were chosen, remembered by this browser, never swapped silently. */

const REMEMBERED = { videoinput: "vignet-camera", audioinput: "vignet-microphone" };
const HEIGHT = "vignet-picture-height";
const LARGEST = 720;
const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } };

/** @typedef {"denied" | "none" | "busy" | "gone" | "unsafe" | "broken"} Fault */

/** Why a device cannot be used; `part` is the one that it is about, when that is known. */
export class DeviceFault extends Error {
  /** @param {Fault} fault @param {"camera" | "microphone" | null} part */
  constructor(fault, part = null) {
    super(fault);
    this.fault = fault;
    this.part = part;
  }
}

/**
 * The chosen camera and microphone as one stream. Raises DeviceFault.
 * @param {{anyIfGone?: boolean}} [options] anyIfGone: take another device when the chosen one is not there
 */
export async function openDevices({ anyIfGone = false } = {}) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DeviceFault("unsafe");
  const camera = localStorage.getItem(REMEMBERED.videoinput);
  const microphone = localStorage.getItem(REMEMBERED.audioinput);
  try {
    return remember(await open(camera, microphone));
  } catch (error) {
    const fault = await faultOf(error);
    if (fault.fault !== "gone" || !anyIfGone) throw fault;
  }
  try {
    return remember(await open(null, null));
  } catch (error) {
    throw await faultOf(error);
  }
}

/**
 * A camera or a microphone once more, in the middle of an answer: the chosen one, or any other where that one is not
 * there. It is not remembered: when the chosen one is back, that one is used again. Raises DeviceFault.
 * @param {"camera" | "microphone"} part @returns {Promise<MediaStreamTrack>}
 */
export async function reopen(part) {
  const kind = part === "camera" ? "videoinput" : "audioinput";
  try {
    const chosen = localStorage.getItem(REMEMBERED[kind]);
    const devices = await navigator.mediaDevices.enumerateDevices();
    const id = devices.some((device) => device.kind === kind && device.deviceId === chosen) ? chosen : null;
    const asked = part === "camera" ? { video: picture(id) } : { audio: sound(id) };
    return (await navigator.mediaDevices.getUserMedia(asked)).getTracks()[0];
  } catch (error) {
    throw await faultOf(error);
  }
}

/**
 * Choose another device of one kind.
 * @param {"videoinput" | "audioinput"} kind @param {string} id
 */
export function choose(kind, id) {
  localStorage.setItem(REMEMBERED[kind], id);
}

/** The devices of one kind, and which of them the stream uses. @param {"videoinput" | "audioinput"} kind @param {MediaStream} stream */
export async function devicesOf(kind, stream) {
  const used = tracksOf(stream, kind)[0]?.getSettings().deviceId;
  const all = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === kind);
  return all.map(({ deviceId, label }) => ({ id: deviceId, label, used: deviceId === used }));
}

/** Which part of the stream does not work any more, if any. @param {MediaStream | null} stream */
export function lostPart(stream) {
  if (!stream || tracksOf(stream, "videoinput").every((track) => track.readyState === "ended")) return "camera";
  return tracksOf(stream, "audioinput").every((track) => track.readyState === "ended") ? "microphone" : null;
}

/** @param {MediaStream | null} stream */
export function closeDevices(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Facts about what the devices give, without their names. @param {MediaStream} stream */
export function factsOf(stream) {
  const seen = stream.getVideoTracks()[0].getSettings();
  const heard = stream.getAudioTracks()[0].getSettings();
  return {
    width: seen.width ?? 0,
    height: seen.height ?? 0,
    frames_per_second: Math.round(seen.frameRate ?? 0),
    sample_rate: heard.sampleRate ?? 0,
    channels: heard.channelCount ?? 0,
  };
}

/** Have the camera give a picture of this height, or nearly, now and the next time. @param {MediaStream} stream @param {number} height */
export async function useHeight(stream, height) {
  localStorage.setItem(HEIGHT, String(height));
  await stream.getVideoTracks()[0].applyConstraints(pictureOf(height));
}

/** @param {number} height */
function pictureOf(height) {
  return { width: { ideal: (height * 16) / 9 }, height: { ideal: height }, frameRate: { ideal: 30 } };
}

/** @param {string | null} camera @param {string | null} microphone */
function open(camera, microphone) {
  return navigator.mediaDevices.getUserMedia({ video: picture(camera), audio: sound(microphone) });
}

/** @param {string | null} id */
function picture(id) {
  return { ...pictureOf(Number(localStorage.getItem(HEIGHT)) || LARGEST), ...exactly(id) };
}

/** @param {string | null} id */
function sound(id) {
  return { ...SOUND, ...exactly(id) };
}

/** @param {string | null} id */
function exactly(id) {
  return id ? { deviceId: { exact: id } } : {};
}

/** @param {MediaStream} stream */
function remember(stream) {
  for (const kind of /** @type {const} */ (["videoinput", "audioinput"])) {
    const id = tracksOf(stream, kind)[0]?.getSettings().deviceId;
    if (id) choose(kind, id);
  }
  return stream;
}

/** @param {MediaStream} stream @param {"videoinput" | "audioinput"} kind */
function tracksOf(stream, kind) {
  return kind === "videoinput" ? stream.getVideoTracks() : stream.getAudioTracks();
}

/** @param {unknown} error */
async function faultOf(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return new DeviceFault("denied");
  if (name === "NotReadableError" || name === "AbortError") return new DeviceFault("busy");
  if (name === "OverconstrainedError") return new DeviceFault("gone");
  if (name !== "NotFoundError") return new DeviceFault("broken");
  const kinds = (await navigator.mediaDevices.enumerateDevices()).map((device) => device.kind);
  if (!kinds.includes("videoinput")) return new DeviceFault("none", "camera");
  return new DeviceFault("none", kinds.includes("audioinput") ? null : "microphone");
}
