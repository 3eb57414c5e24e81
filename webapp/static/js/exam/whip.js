/**
 * One live session by WHIP (RFC 9725): hands a stream to a recorder by HTTP. Knows no page and no exam.
 *
 * Events: `connected`, `disconnected` (may come back by itself), `failed` (will not).
 */

const POST_TIMEOUT_MS = 5000;
const GATHER_MS = 1000;
const VIDEO_BPS = 1_500_000;
const START_KBPS = 1200;
const AUDIO_BPS = 64_000;
const CODECS = ["video/h264", "video/vp8", "video/rtx"];

/** The endpoint refused. `status` 401, 404 and 409 mean that this ticket opens nothing any more. */
export class WhipRefused extends Error {
  /** @param {number} status @param {number} retryAfterS */
  constructor(status, retryAfterS) {
    super(`WHIP endpoint answered ${status}`);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }

  get forGood() {
    return [401, 403, 404, 409].includes(this.status);
  }
}

export class WhipClient extends EventTarget {
  /**
   * @param {string} url the WHIP endpoint
   * @param {string} bearer the ticket
   * @param {RTCIceServer[]} [iceServers]
   */
  constructor(url, bearer, iceServers = []) {
    super();
    this.url = url;
    this.bearer = bearer;
    this.location = "";
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.connection.addEventListener("connectionstatechange", () => {
      const state = this.connection.connectionState;
      if (["connected", "disconnected", "failed"].includes(state)) this.dispatchEvent(new Event(state));
    });
  }

  get connected() {
    return this.connection.connectionState === "connected";
  }

  /**
   * Offer the stream and take the answer; media flow when `connected` comes.
   * @param {MediaStream} stream
   */
  async publish(stream) {
    const offer = await this.offer(stream);
    const response = await fetch(this.url, {
      method: "POST",
      headers: { Authorization: `Bearer ${this.bearer}`, "Content-Type": "application/sdp" },
      body: offer,
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
    if (response.status !== 201) {
      throw new WhipRefused(response.status, Number(response.headers.get("Retry-After")) || 0);
    }
    this.location = new URL(response.headers.get("Location") ?? "", response.url).href;
    await this.accept(await response.text());
  }

  /** The session description that offers the stream. @param {MediaStream} stream */
  async offer(stream) {
    for (const track of stream.getTracks()) this.#send(track, stream);
    const offer = await this.connection.createOffer();
    await this.connection.setLocalDescription({ type: "offer", sdp: askOpusNack(offer.sdp ?? "") });
    await this.#keepResolution();
    await this.#gathered();
    return this.connection.localDescription?.sdp ?? "";
  }

  /** Send this track in place of the one of its kind, in the same session. @param {MediaStreamTrack} track */
  async replace(track) {
    const sender = this.connection.getSenders().find((one) => one.track?.kind === track.kind);
    await sender?.replaceTrack(track);
  }

  /** @param {string} answer the session description of the other side */
  async accept(answer) {
    await this.connection.setRemoteDescription({ type: "answer", sdp: startFast(answer) });
  }

  /** End the session and tell the endpoint that all has been sent. Survives a page that closes. */
  async close() {
    try {
      if (!this.location) return;
      await fetch(this.location, {
        method: "DELETE",
        headers: { Authorization: `Bearer ${this.bearer}` },
        keepalive: true,
        signal: AbortSignal.timeout(POST_TIMEOUT_MS),
      });
    } finally {
      this.connection.close();
    }
  }

  /** Let go of the session without saying that all has been sent: another one takes over. */
  abandon() {
    this.connection.close();
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} stream */
  #send(track, stream) {
    const video = track.kind === "video";
    const transceiver = this.connection.addTransceiver(track, {
      direction: "sendonly",
      streams: [stream],
      sendEncodings: [{ maxBitrate: video ? VIDEO_BPS : AUDIO_BPS }],
    });
    if (video && transceiver.setCodecPreferences) {
      const known = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
      const rank = (/** @type {RTCRtpCodec} */ codec) => CODECS.indexOf(codec.mimeType.toLowerCase());
      transceiver.setCodecPreferences(known.filter((codec) => rank(codec) >= 0).sort((a, b) => rank(a) - rank(b)));
    }
  }

  /** Without this Chromium sends 360 lines for the first twenty seconds. */
  async #keepResolution() {
    const sender = this.connection.getSenders().find((one) => one.track?.kind === "video");
    if (!sender) return;
    const parameters = sender.getParameters();
    parameters.degradationPreference = "maintain-resolution";
    await sender.setParameters(parameters).catch(() => {});
  }

  /** All candidates are in the offer, or as many as are known after a second. */
  #gathered() {
    if (this.connection.iceGatheringState === "complete") return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.connection.addEventListener("icegatheringstatechange", () => {
        if (this.connection.iceGatheringState !== "complete") return;
        clearTimeout(timer);
        resolve(undefined);
      });
    });
  }
}

/**
 * Chromium begins at 300 kbit/s and leaves out every second picture until it trusts the line, unless the answer says
 * otherwise. A line that cannot take it is found out within a second by the loss that follows.
 * @param {string} sdp
 */
export function startFast(sdp) {
  const start = `x-google-start-bitrate=${START_KBPS}`;
  return sdp.replace(/a=rtpmap:(\d+) (?:H264|VP8)\/90000\r\n/gi, (line, type) =>
    new RegExp(`a=fmtp:${type} `).test(sdp) ? line : `${line}a=fmtp:${type} ${start}\r\n`,
  ).replace(/a=fmtp:(\d+) (?=[^\r]*(?:packetization-mode|profile-level-id))/g, `a=fmtp:$1 ${start};`);
}

/**
 * Browsers send lost sound again only when both sides ask for it.
 * @param {string} sdp
 */
export function askOpusNack(sdp) {
  return sdp.replace(/a=rtpmap:(\d+) opus\/48000\/2\r\n/gi, (line, type) =>
    sdp.includes(`a=rtcp-fb:${type} nack\r\n`) ? line : `${line}a=rtcp-fb:${type} nack\r\n`,
  );
}
