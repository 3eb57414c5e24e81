"""Recordings and clips on their way to a player: the web app checks, the edge streams.

The answer carries no byte of video. It holds a signed inner address, which the edge fetches from the object store with
the Range that the browser asked for (X-Accel-Redirect). With a far object store the browser is sent to an address that
is signed for five minutes.
"""

import uuid

from flask import Blueprint, Response, abort, current_app, redirect, request

from storage.base.objects import object_store
from storage.exam.recordings import RenditionKind
from storage.people.people import Role
from webapp import access

pages = Blueprint("media", __name__, url_prefix="/media")

REDIRECT_S = 300


@pages.get("/<uuid:recording_id>", defaults={"kind": "video"})
@pages.get("/<uuid:recording_id>/<kind>")
@access.roles(Role.ASSESSOR)
def recording(recording_id: uuid.UUID, kind: str):
    """A stored recording, or what was made with it: poster, thumbnails, thumbnails_index, waveform."""
    if kind not in set(RenditionKind):
        abort(404)
    rendition = access.recording_to_watch(recording_id).rendition(RenditionKind(kind))
    if rendition is None:
        abort(404)
    return _stream(rendition.key, rendition.content_type)


@pages.get("/clip/<uuid:clip_id>")
@access.roles(Role.CANDIDATE, Role.ASSESSOR)
def clip(clip_id: uuid.UUID):
    """The filmed situation."""
    return _stream(access.clip_to_watch(clip_id).video_key, "video/mp4")


@pages.get("/clip/<uuid:clip_id>/ondertiteling")
@access.roles(Role.CANDIDATE, Role.ASSESSOR)
def captions(clip_id: uuid.UUID):
    """The captions of a filmed situation (WebVTT)."""
    return _stream(access.clip_to_watch(clip_id).captions_key, "text/vtt; charset=utf-8")


def _stream(key: str, content_type: str) -> Response:
    store, method = object_store(), "head_object" if request.method == "HEAD" else "get_object"
    if current_app.config["SETTINGS"].media_mode == "redirect":
        return redirect(store.signed_url(key, content_type, REDIRECT_S, method))
    response = Response(content_type=content_type)
    response.headers["X-Accel-Redirect"] = store.inner_path(key, content_type, method)
    return response
