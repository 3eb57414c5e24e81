"""Recordings and clips on their way to a player.

Recordings lie encrypted in the object store. The web app fetches the chunks that hold what the browser asked for,
decrypts them and answers with them; the edge takes the whole answer at once, so that a slow browser holds up nobody.
A player asks for the rest of a film, however long: it gets a piece, and asks again when it has played that.

For clips the answer carries no byte of video. It holds a signed inner address, which the edge fetches from the object
store with the Range that the browser asked for (X-Accel-Redirect). With a far object store the browser is sent to an
address that is signed for five minutes.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from flask import Blueprint, Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import ContentRange

from storage.base.config import config, needed
from storage.base.keys import HEAD, KeyGone, Tampered, decrypt_part, key_store, span
from storage.base.objects import ObjectError, object_store
from storage.exam.recordings import Rendition, RenditionKind
from storage.people.people import Role
from webapp import access, long_answers, ranges
from webapp.access import looks

pages = Blueprint("media", __name__, url_prefix="/media")

REDIRECT_S = 300
PROOF, PROOF_S = "check/", 60
"""Where in the store `flask check` puts something for a moment, and for how many seconds it can be asked for."""
PIECE = 2 * 1024 * 1024
"""Bytes that one answer holds at most of what a player asked for: some ten seconds of a recording."""


@pages.get("/<uuid:recording_id>", defaults={"kind": "video"})
@pages.get("/<uuid:recording_id>/<kind>")
@access.roles(Role.ASSESSOR, Role.CANDIDATE, Role.KSF_OFFICER, Role.EXAM_COMMITTEE, Role.AUDITOR)
def recording(recording_id: uuid.UUID, kind: str) -> ResponseReturnValue:
    """A stored recording, or what was made with it: poster, thumbnails, thumbnails_index, waveform."""
    if kind not in set(RenditionKind):
        abort(404)
    rendition = looks.recording_to_watch(recording_id).rendition(RenditionKind(kind))
    if rendition is None:
        abort(404)
    if rendition.sealed_under is None:
        return stream(rendition.key, rendition.content_type)
    return _unsealed(rendition, rendition.sealed_under)


@pages.get("/clip/<uuid:clip_id>")
@access.roles(Role.CANDIDATE, Role.ASSESSOR, Role.EXAM_COMMITTEE)
def clip(clip_id: uuid.UUID) -> ResponseReturnValue:
    """The filmed situation."""
    return stream(access.clip_to_watch(clip_id).video_key, "video/mp4")


@pages.get("/clip/<uuid:clip_id>/ondertiteling")
@access.roles(Role.CANDIDATE, Role.ASSESSOR, Role.EXAM_COMMITTEE)
def captions(clip_id: uuid.UUID) -> ResponseReturnValue:
    """The captions of a filmed situation (WebVTT)."""
    return stream(access.clip_to_watch(clip_id).captions_key, "text/vtt; charset=utf-8")


def _unsealed(rendition: Rendition, key_id: uuid.UUID) -> Response:
    """The whole of it, or the piece that was asked for; 404 when its key was destroyed."""
    try:
        key = key_store().get(key_id)
    except KeyGone:
        abort(404)
    size, etag = rendition.size, rendition.sha256
    if refused := ranges.refused(request, etag):
        return _tagged(Response(status=refused), etag)
    try:
        asked = ranges.asked(request, etag, size)
    except ranges.Unsatisfiable:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    status, first, last = 200, 0, size - 1
    if asked is not None:
        status, first, last = 206, asked[0], min(asked[1], asked[0] + PIECE - 1)
    body: Iterable[bytes] = ()
    try:
        if request.method != "HEAD":
            body = _plain(rendition.key, rendition.sha256, key, first, last, size)
        if status == 206:
            # A piece is decrypted before anything is said: when it was tampered with, nothing of it leaves.
            body = (b"".join(body),)
        elif size > long_answers.AT_ONCE and body:
            body = long_answers.Long(access.me().id, body)
    except (Tampered, ObjectError) as error:
        current_app.logger.error("rendition %s cannot be read: %s", rendition.id, error)
        abort(502)
    answer = Response(body, status, content_type=rendition.content_type)
    answer.content_length = last + 1 - first
    answer.accept_ranges = "bytes"
    if status == 206:
        answer.content_range = ContentRange("bytes", first, last + 1, size)
    return _tagged(answer, etag)


def _tagged(answer: Response, etag: str) -> Response:
    answer.set_etag(etag)
    return answer


def _plain(at: str, sha256: str, key: bytes, first: int, last: int, size: int) -> Iterator[bytes]:
    """Bytes `first` to `last` of what is sealed at this place in the store; the hash is that of the whole in clear."""
    return decrypt_part(_head(at, sha256), object_store().read(at, span(first, last)), key, first, last, size)


@lru_cache(maxsize=4096)
def _head(at: str, _sha256: str) -> bytes:
    """The head of what is sealed at this place, kept, since a player asks for one piece after the other.

    It opens nothing without the key, which is looked up for each piece; another content at this place has another hash.
    """
    return b"".join(object_store().read(at, (0, HEAD - 1)))


def whole(rendition: Rendition) -> Callable[[], Iterator[bytes]]:
    """Reads all of it, later and without a session. What it does then raises KeyGone, Tampered or ObjectError."""
    at, sha256, owner, size = rendition.key, rendition.sha256, rendition.sealed_under, rendition.size
    if owner is None:
        return lambda: object_store().read(at)
    return lambda: _plain(at, sha256, key_store().get(owner), 0, size - 1, size)


def proof_token(key: str) -> str:
    """Opens this key below PROOF at the page of the proof, for a minute."""
    return str(_proofs().dumps(key))


def _proofs() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(needed(config().secret_key, "VIGNET_SECRET_KEY"), salt="proof of the store")


@pages.get("/proef/<token>")
def proof(token: str) -> ResponseReturnValue:
    """What `flask check` put in the store to see whether it comes back through the edge; nothing else is there."""
    try:
        key = _proofs().loads(token, max_age=PROOF_S)
    except BadSignature:
        abort(404)
    return stream(key, "application/octet-stream") if key.startswith(PROOF) else abort(404)


def stream(key: str, content_type: str) -> ResponseReturnValue:
    store, method = object_store(), "head_object" if request.method == "HEAD" else "get_object"
    if current_app.config["SETTINGS"].media_mode == "redirect":
        return redirect(store.signed_url(key, content_type, REDIRECT_S, method))
    response = Response(content_type=content_type)
    signed = store.inner_address(key, content_type, method)
    response.headers["X-Accel-Redirect"], response.headers["X-Accel-Host"] = signed.path, signed.host
    return response
