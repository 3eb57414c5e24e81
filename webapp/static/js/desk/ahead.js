/** Gets the answers around this one ready: their pages, and their recordings in video elements, at the right second. */

/** @typedef {{url: string, media: {video: string} | null}} Wanted */
/** @typedef {{page: Promise<Document | null>, video?: HTMLVideoElement}} Prepared */

export class Ahead {
  /** @type {Map<string, Prepared>} */
  #prepared = new Map();

  /**
   * Get these ready; what was ready before and is not wanted now is forgotten.
   * @param {(Wanted | null)[]} wanted @param {{url: string, video: HTMLVideoElement | null}} [left] what was on the desk
   */
  prepare(wanted, left) {
    const before = this.#prepared;
    this.#prepared = new Map();
    for (const one of wanted) {
      if (!one || this.#prepared.has(one.url)) continue;
      if (left?.url === one.url) before.delete(one.url);
      this.#prepared.set(one.url, before.get(one.url) ?? this.#get(one, left?.url === one.url ? left.video : null));
      before.delete(one.url);
    }
    for (const { video } of before.values()) {
      video?.removeAttribute("src");
      video?.load();
    }
  }

  /** @param {Wanted} one @param {HTMLVideoElement | null} loaded @returns {Prepared} */
  #get({ url, media }, loaded) {
    const page = this.#fetch(url);
    if (!media) return { page };
    const video = loaded ?? document.createElement("video");
    if (!loaded) {
      video.preload = "auto";
      video.src = media.video;
      // To look for a place takes time that nobody should have to wait for.
      void page.then((found) => found && video.readyState < 2 && place(video, dataOf(found.body).position_s));
    }
    return { page, video };
  }

  /**
   * The page at `url` with its recording in it, which is there already when it was prepared.
   * @param {string} url @returns {Promise<{root: HTMLElement, title: string} | null>}
   */
  async take(url) {
    /** @type {Prepared} */
    const prepared = this.#prepared.get(url) ?? { page: this.#fetch(url) };
    const page = await prepared.page;
    const root = page?.getElementById("desk");
    if (!page || !root) return null;
    this.#prepared.delete(url);
    // Before the page is shown: the browser would begin to load the one that stands there.
    if (prepared.video) adopt(root, prepared.video);
    return { root: document.adoptNode(root), title: page.title };
  }

  /** @param {string} url */
  async #fetch(url) {
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      if (!response.ok || response.redirected) return null;
      return new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return null;
    }
  }
}

/** Put a recording that is loaded in the place of the one that is not. @param {HTMLElement} root @param {HTMLVideoElement} video */
function adopt(root, video) {
  const there = root.querySelector(".desk-video");
  for (const name of ["class", "aria-label", "playsinline"]) {
    if (there?.hasAttribute(name)) video.setAttribute(name, there.getAttribute(name) ?? "");
  }
  there?.replaceWith(video);
}

/** The data that a page of the desk carries for its scripts. @param {ParentNode} root */
export function dataOf(root) {
  return JSON.parse(root.querySelector(".desk-data")?.textContent ?? "{}");
}

/** Go to this second as soon as that can be. @param {HTMLVideoElement} video @param {number} second @param {AbortSignal} [signal] */
export function place(video, second, signal) {
  const go = () => {
    if (second > 0.5 && second < video.duration - 0.5 && Math.abs(video.currentTime - second) > 0.001) video.currentTime = second;
  };
  if (video.readyState >= 1) go();
  else video.addEventListener("loadedmetadata", go, { once: true, signal });
}
