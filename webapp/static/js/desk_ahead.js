/** Gets the next answer ready while the assessor is still at this one: its page, and its recording in a video element. */

export class Ahead {
  #url = "";
  /** @type {Promise<string> | undefined} */
  #page;
  /** @type {HTMLVideoElement | undefined} */
  #video;

  /** @param {{url: string, media: {video: string, poster?: string} | null} | null} next */
  prepare(next) {
    this.#url = next?.url ?? "";
    this.#page = undefined;
    this.#video = undefined;
    if (!next) return;
    this.#page = this.#fetch(next.url);
    if (next.media) {
      this.#video = document.createElement("video");
      this.#video.preload = "auto";
      this.#video.muted = true;
      this.#video.src = next.media.video;
    }
  }

  /**
   * The page at `url` with its recording, when that is what was prepared.
   * @param {string} url @returns {Promise<{root: HTMLElement, title: string, video?: HTMLVideoElement} | null>}
   */
  async take(url) {
    if (url !== this.#url || !this.#page) return null;
    const page = new DOMParser().parseFromString(await this.#page, "text/html");
    const root = page.getElementById("desk");
    return root && { root: document.adoptNode(root), title: page.title, video: this.#video };
  }

  /** @param {string} url */
  async #fetch(url) {
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      return response.ok && !response.redirected ? await response.text() : "";
    } catch {
      return "";
    }
  }
}
