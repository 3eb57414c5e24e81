/**
 * Tells the test what the page itself cannot know that it is asked: which pictures the camera showed, and when (the
 * numbers that `camera` paints), when the page said that it records, and which slices a recorder has acknowledged.
 * It may also give the page another camera or clock than there is: `sessionStorage.camera` says how, `sessionStorage.clock`
 * by how many milliseconds; `sessionStorage.records` says which of its kinds of file this browser knows alone,
 * `sessionStorage.lines` of how many lines its camera's picture is, `sessionStorage.beginsMs` how much earlier than a recording its clock began, and `sessionStorage.giant` that one slice
 * is as large as one that was held back.
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

  /** What breaks the devices that are open by now; one that is opened later is well. */
  const breaks = [];
  window.breakDevices = () => breaks.splice(0).forEach((act) => act());

  /** As when somebody pulls the plug. @param {MediaStreamTrack} track */
  function pulled(track) {
    breaks.push(() => {
      track.stop();
      track.dispatchEvent(new Event("ended"));
    });
    return track;
  }

  /** A microphone that gives nothing from some moment on, and says nothing of it. @param {MediaStreamTrack} track */
  function silenced(track) {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    context.createMediaStreamSource(new MediaStream([track])).connect(out);
    const [made] = out.stream.getAudioTracks();
    made.getSettings = () => track.getSettings();
    breaks.push(() => context.suspend());
    return made;
  }

  /** What a camera shows that is broken for good, also when it is opened again: a picture and its shape. */
  let forGood = null;

  /** A camera that gives nothing from some moment on, or the very same picture. @param {MediaStreamTrack} track @param {boolean} same @param {boolean} [always] */
  function hung(track, same, always) {
    const made = new MediaStreamTrackGenerator({ kind: "video" });
    let broken = Boolean(forGood);
    let frozen = forGood;
    breaks.push(() => (broken = true));
    const gate = new TransformStream({
      transform: async (piece, sink) => {
        if (!broken) return sink.enqueue(piece);
        if (same) {
          frozen ??= await pixelsOf(piece);
          if (always) forGood = frozen;
          const { data, ...shape } = frozen;
          sink.enqueue(new VideoFrame(data, { ...shape, timestamp: piece.timestamp }));
        }
        piece.close();
      },
    });
    new MediaStreamTrackProcessor({ track }).readable.pipeThrough(gate).pipeTo(made.writable).catch(() => {});
    made.getSettings = () => track.getSettings();
    made.applyConstraints = (wanted) => track.applyConstraints(wanted);
    return made;
  }

  /** A picture in memory of its own: a camera has few places for pictures, and stops when they are all held. */
  async function pixelsOf(frame) {
    const { format, codedWidth, codedHeight } = frame;
    const data = new Uint8Array(frame.allocationSize());
    await frame.copyTo(data);
    return { data, format, codedWidth, codedHeight };
  }

  /** The stream of another camera. @param {MediaStream} stream @param {string | undefined} how */
  function changed(stream, how) {
    const [picture] = stream.getVideoTracks();
    const [sound] = stream.getAudioTracks();
    const other = (made, rest) => new MediaStream([made, rest].filter(Boolean));
    if (how === "silenced" && sound) return other(silenced(sound), picture);
    if (how === "pulled" && sound) return other(pulled(sound), picture);
    if (how === "hung" && picture) return other(hung(picture, false), sound);
    if (how === "frozen" && picture) return other(hung(picture, true), sound);
    if (how === "frozen for good" && picture) return other(hung(picture, true, true), sound);
    if (!picture || !sound) return stream;
    if (how === "late picture") return new MediaStream([lateTrack(picture, 2000), sound]);
    if (how === "late sound") return new MediaStream([picture, lateTrack(sound, 2000)]);
    if (how === "no sound") return new MediaStream([picture, lateTrack(sound, Infinity)]);
    return stream;
  }

  const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (open) {
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const opened = await open(wanted);
      const lines = Number(sessionStorage.lines ?? 0);
      const less = { width: { ideal: (lines * 16) / 9 }, height: { ideal: lines } };
      if (lines) await opened.getVideoTracks()[0]?.applyConstraints(less);
      const stream = changed(opened, sessionStorage.camera);
      const [picture] = stream.getVideoTracks();
      if (picture) watch(picture.clone());
      if (picture) window.camera = stream;
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

  /** Picture and sound of the living connection come from other sources from now on: other SSRCs, another clock. */
  window.otherSources = async () => {
    const one = connections.findLast(({ connectionState }) => connectionState === "connected");
    const { sdp } = await one.createOffer();
    const known = new Set([...sdp.matchAll(/a=ssrc:(\d+)/g)].map(([, ssrc]) => ssrc));
    const others = new Map([...known].map((ssrc) => [ssrc, String((Number(ssrc) ^ 0x2a2a2a2a) >>> 0)]));
    const changed = sdp.replace(/^a=ssrc.*$/gm, (line) => line.replace(/\d{4,}/g, (number) => others.get(number) ?? number));
    const answer = one.remoteDescription;
    await one.setLocalDescription({ type: "offer", sdp: changed });
    await one.setRemoteDescription(answer);
    return others.size;
  };

  const { open: openRequest, setRequestHeader } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, where) {
    const slice = /\/recorder\/slices\/([0-9a-f-]+)\/\d+$/.exec(String(where));
    if (slice && method === "PUT") {
      this.addEventListener("load", () => {
        if (this.status < 300) {
          const { number, size, sha256 } = JSON.parse(this.responseText);
          tell("acknowledged", slice[1], number, size, sha256);
        }
        tell("ticket", slice[1], String(where), this.bearer);
      });
    }
    return openRequest.call(this, method, where);
  };
  XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    if (name === "Authorization") this.bearer = value;
    return setRequestHeader.call(this, name, value);
  };

  /** Which kinds of file each sort of browser says it records. */
  const KNOWN = {
    "without h264": (kind) => !/h264/.test(kind),
    mp4: (kind) => /mp4/.test(kind),
    avc1: (kind) => /mp4/.test(kind) && !/avc3/.test(kind),
  }[sessionStorage.records];
  if (KNOWN) {
    const Real = MediaRecorder;
    window.MediaRecorder = class extends Real {
      constructor(stream, options) {
        const mimeType = options?.mimeType ?? "";
        const plain = sessionStorage.records === "avc1" && mimeType === "video/mp4";
        super(stream, { ...options, mimeType: plain ? "video/mp4;codecs=avc1.42E01F,opus" : mimeType });
      }
      static isTypeSupported(kind) {
        return KNOWN(kind) && Real.isTypeSupported(kind);
      }
    };
  }

  // The clock of a recording that is older than the recording: the times of all clusters of a WebM are later.
  const beginsMs = Number(sessionStorage.beginsMs ?? 0);
  if (beginsMs) {
    const listen = MediaRecorder.prototype.addEventListener;
    const turns = new WeakMap();
    MediaRecorder.prototype.addEventListener = function (kind, heard, ...more) {
      const inTurn = (event) => {
        const turn = async () => heard(event.data ? new BlobEvent(kind, { data: await later(event.data, beginsMs) }) : event);
        turns.set(this, (turns.get(this) ?? Promise.resolve()).then(turn));
      };
      return listen.call(this, kind, kind === "dataavailable" || kind === "stop" ? inTurn : heard, ...more);
    };
  }

  /** The same piece of a WebM, its times so much later. @param {Blob} blob @param {number} ms */
  async function later(blob, ms) {
    const data = new Uint8Array(await blob.arrayBuffer());
    const parts = [];
    let from = 0;
    // A cluster of unknown length, and its time.
    const cluster = [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe7];
    for (let at = 0; at < data.length - cluster.length; at += 1) {
      if (data[at] !== 0x1f || !cluster.every((byte, place) => data[at + place] === byte)) continue;
      const size = data[at + cluster.length] & 0x7f;
      const to = at + cluster.length + 1 + size;
      const time = data.subarray(to - size, to).reduce((sum, byte) => sum * 256 + byte, 0) + ms;
      const head = new Uint8Array([...cluster, 0x88, 0, 0, 0, 0, time / 2 ** 24, (time >> 16) & 255, (time >> 8) & 255, time & 255]);
      parts.push(data.subarray(from, at), head);
      from = to;
    }
    return new Blob([...parts, data.subarray(from)], { type: blob.type });
  }

  // Nine megabytes of nothing (an EBML Void), which any reader of WebM leaves out.
  if (sessionStorage.giant) {
    const size = 9_000_000;
    const filler = new Uint8Array([0xec, 0x01, 0, 0, 0, 0, size >> 16, (size >> 8) & 255, size & 255]);
    const listen = MediaRecorder.prototype.addEventListener;
    MediaRecorder.prototype.addEventListener = function (kind, heard, ...more) {
      let count = 0;
      const padded = (event) => {
        count += 1;
        const data = count === 3 ? new Blob([event.data, filler, new Uint8Array(size)]) : event.data;
        heard(count === 3 ? new BlobEvent("dataavailable", { data }) : event);
      };
      return listen.call(this, kind, kind === "dataavailable" && !more[0]?.once ? padded : heard, ...more);
    };
  }

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
