/** Sound that is heard and made: how loud a microphone is, the test tone, the count-in beep. */

/** @type {AudioContext | null} */
let shared = null;

function context() {
  shared ??= new AudioContext();
  if (shared.state === "suspended") shared.resume();
  return shared;
}

/**
 * Tell how loud a stream is, 0 to 1, about fifteen times a second.
 * @param {MediaStream} stream @param {(level: number) => void} tell
 * @returns {() => void} stops it
 */
export function listen(stream, tell) {
  return listenToSamples(stream, (samples) => {
    tell(levelOf(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
  });
}

/**
 * Tell the newest samples of a stream, -1 to 1, about fifteen times a second; nothing while this page makes no sound.
 * @param {MediaStream} stream @param {(samples: Float32Array) => void} tell
 * @returns {() => void} stops it
 */
export function listenToSamples(stream, tell) {
  const audio = context();
  const source = audio.createMediaStreamSource(stream);
  const analyser = audio.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    if (audio.state !== "running") return;
    analyser.getFloatTimeDomainData(samples);
    tell(samples);
  }, 66);
  return () => {
    clearInterval(timer);
    source.disconnect();
  };
}

/** From -60 dB, silence in a quiet room, to -5 dB, loud speech. @param {number} power */
function levelOf(power) {
  const decibel = 10 * Math.log10(power + 1e-10);
  return Math.min(1, Math.max(0, (decibel + 60) / 55));
}

/** Three rising tones. Resolves when they have sounded. */
export function playTestTone() {
  const notes = [392, 523, 659];
  notes.forEach((pitch, place) => tone(pitch, place * 0.3, 0.28, 0.2));
  return new Promise((resolve) => setTimeout(resolve, notes.length * 300));
}

/** @param {boolean} last the beep at which one may speak */
export function beep(last) {
  tone(last ? 880 : 587, 0, 0.12, 0.06);
}

/** @param {number} pitch @param {number} after @param {number} seconds @param {number} loudness */
function tone(pitch, after, seconds, loudness) {
  const audio = context();
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  const from = audio.currentTime + after;
  oscillator.frequency.value = pitch;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loudness, from + 0.02);
  gain.gain.linearRampToValueAtTime(0, from + seconds);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(from);
  oscillator.stop(from + seconds);
}
