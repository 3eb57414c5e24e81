/**
 * Tells the test what the page itself cannot know that it is asked: which pictures the camera showed, and when (the
 * numbers that `camera` paints), when the page said that it records, and which slices a recorder has acknowledged.
 * It may also give the page another camera or clock than there is: `sessionStorage.camera` says how, `sessionStorage.clock`
 * by how many milliseconds.
 */
(() => {
  const clockMs = Number(sessionStorage.clock ?? 0);
  const RealDate = Date;
  const realOrigin = performance.timeOrigin;
  if (clockMs) Object.defineProperty(performance, "timeOrigin", { get: () => realOrigin + clockMs });
  window.Date = class extends RealDate {
    constructor(...when) {
      super(...(when.length ? when : [RealDate.now() + clockMs]));
    }
    static now() {
      return RealDate.now() + clockMs;
    }
  };
  const TELL_MS = 250;
  const BITS = 16;
  const origin = realOrigin;
  const told = [];
  const tell = (...what) => told.push([origin + performance.now(), ...what]);
  setInterval(() => told.length && window.witness(told.splice(0)), TELL_MS);

  /** The number painted in the upper rows. */
  async function numberIn(frame) {
    const { width, height } = frame.visibleRect;
    const y = 2 * Math.round((height * 30) / 720 / 2);
    const rect = { x: 0, y, width, height: 2 };
    const data = new Uint8Array(frame.allocationSize({ rect }));
    await frame.copyTo(data, { rect });
    let number = 0;
    for (let bit = 0; bit < BITS; bit += 1) {
      const middle = Math.floor(((bit + 0.5) * width) / BITS);
      if (data[middle - 1] + data[middle] + data[middle + 1] > 3 * 125) number |= 1 << bit;
    }
    return number;
  }

  async function watch(track) {
    const frames = new MediaStreamTrackProcessor({ track, maxBufferSize: 30 }).readable.getReader();
    for (;;) {
      const { value: frame, done } = await frames.read();
      if (done) return;
      tell("shown", await numberIn(frame).catch(() => -1));
      frame.close();
    }
  }

  /** The track, of which nothing comes for `ms` from the moment at which an answer begins; never for Infinity. */
  function lateTrack(track, ms) {
    const made = new MediaStreamTrackGenerator({ kind: track.kind });
    let from = 0;
    window.cameraLate = () => (from = performance.now() + ms);
    const late = new TransformStream({
      transform: (piece, sink) => (performance.now() < from ? piece.close() : sink.enqueue(piece)),
    });
    new MediaStreamTrackProcessor({ track }).readable.pipeThrough(late).pipeTo(made.writable).catch(() => {});
    made.getSettings = () => track.getSettings();
    made.applyConstraints = (wanted) => track.applyConstraints(wanted);
    return made;
  }

  /** The stream of another camera. @param {MediaStream} stream @param {string | undefined} how */
  function changed(stream, how) {
    const [picture] = stream.getVideoTracks();
    const [sound] = stream.getAudioTracks();
    if (how === "late picture") return new MediaStream([lateTrack(picture, 2000), sound]);
    if (how === "late sound") return new MediaStream([picture, lateTrack(sound, 2000)]);
    if (how === "no sound") return new MediaStream([picture, lateTrack(sound, Infinity)]);
    return stream;
  }

  const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (open) {
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = changed(await open(wanted), sessionStorage.camera);
      watch(stream.getVideoTracks()[0].clone());
      window.camera = stream;
      return stream;
    };
  }

  // Without a road for UDP: a relay is all that may be used, reached by plain TCP or by TLS.
  const connections = [];
  const RealConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends RealConnection {
    constructor(configuration) {
      const scheme = { tcp: "turn:", tls: "turns:" }[sessionStorage.turn];
      const iceServers = configuration?.iceServers?.filter(({ urls }) => String(urls).startsWith(scheme));
      super(scheme ? { ...configuration, iceServers, iceTransportPolicy: "relay" } : configuration);
      connections.push(this);
    }
  };
  /** By which protocol each living connection speaks to its relay. */
  window.relays = async () => {
    const living = connections.filter((one) => one.connectionState === "connected");
    const all = await Promise.all(living.map((one) => one.getStats()));
    return all.map((stats) => {
      const known = [...stats.values()];
      const { selectedCandidatePairId: pair } = known.find(({ type }) => type === "transport");
      return stats.get(stats.get(pair).localCandidateId).relayProtocol ?? "none";
    });
  };

  const send = window.fetch;
  window.fetch = async (where, request) => {
    const answer = await send(where, request);
    const slice = /\/recorder\/slices\/([0-9a-f-]+)\/\d+$/.exec(String(where));
    if (slice && request?.method === "PUT") {
      if (answer.ok) {
        const { number, size, sha256 } = await answer.clone().json();
        tell("acknowledged", slice[1], number, size, sha256);
      }
      tell("ticket", slice[1], String(where), request.headers.Authorization);
    }
    return answer;
  };

  addEventListener("DOMContentLoaded", () => {
    const page = document.getElementById("main");
    if (!page) return;
    const phase = () => {
      tell("phase", page.dataset.phase ?? "");
      if (page.dataset.phase === "connecting") window.cameraLate?.();
    };
    new MutationObserver(phase).observe(page, { attributes: true, attributeFilter: ["data-phase"] });
    phase();
  });
})();
