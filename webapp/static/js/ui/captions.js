/** Captions off the edge of the film: a browser sets them against its lower edge, where a screen's own edge cuts them. */

/**
 * Leave one line free below each caption of this track, whenever it comes. A caption that its maker placed stays there.
 * @param {HTMLTrackElement} track
 */
export function liftCaptions(track) {
  const lift = () => {
    for (const cue of track.track.cues ?? []) {
      if (cue instanceof VTTCue && cue.line === "auto") cue.line = -1 - cue.text.split("\n").length;
    }
  };
  if (track.readyState === HTMLTrackElement.LOADED) lift();
  else track.addEventListener("load", lift, { once: true });
}
