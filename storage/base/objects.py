"""The object store: any S3. One client works inside, a second one only signs addresses for the edge.

Keys consist of letters, digits and `/_.-`, and no key is a folder of another. Nothing here needs tagging, versioning,
lifecycle rules, conditional writes or uploads in parts, which real servers lack or get wrong.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from storage.base.config import Config, config, needed

LARGEST = 5 * 1024**3
"""Bytes of one object: what S3 takes in one request. Nothing here is put in parts, which a store may leave behind."""
AT_ONCE = 1000
"""Keys that one request may delete."""
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")


class ObjectError(Exception):
    """The store did not keep what it was given, or does not hold what was asked for."""


@dataclass(frozen=True)
class Stored:
    """An object in the store: size in bytes, SHA-256 in hex."""

    key: str
    size: int
    sha256: str


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Entry(NamedTuple):
    """What a list of the store says of an object: size in bytes, and two signs that change when its content does."""

    size: int
    etag: str
    modified: str


class Inner(NamedTuple):
    """An address that is signed: the Host that the signature covers, and path with query.

    The Host has no port where that is the default one of its scheme; a store that is sent one all the same refuses.
    """

    host: str
    path: str


class ObjectStore:
    """One bucket of one S3 server."""

    def __init__(self, settings: Config):
        self.bucket = settings.s3_bucket
        self._inner = _client(settings, settings.s3_endpoint)
        self._signer = _client(settings, settings.s3_public_endpoint)

    def prepare(self) -> None:
        """Make the bucket when it does not exist yet. Raises ObjectError when nobody answers."""
        try:
            self._inner.head_bucket(Bucket=self.bucket)
        except ClientError:
            self._inner.create_bucket(Bucket=self.bucket)
        except EndpointConnectionError as error:
            raise ObjectError("the object store does not answer") from error

    def put_file(self, key: str, path: Path, content_type: str = "application/octet-stream") -> Stored:
        """Keep the file under `key`; confirmed by reading it back. Raises ObjectError when size or hash differ.

        What stood under this key goes first: a store that is made to overwrite may keep the bytes of what was there.
        """
        _check(key)
        expected = Stored(key, path.stat().st_size, sha256_of(path))
        if expected.size > LARGEST:
            raise ObjectError(f"{key}: {expected.size} bytes are more than fit into one object")
        if self.size(key) is not None:
            self.delete(key)
        with path.open("rb") as body:
            self._inner.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)
        self.verify(expected)
        return expected

    def verify(self, expected: Stored) -> None:
        """Read the object and compare size and hash. Raises ObjectError when they differ or it is not there."""
        digest, size = hashlib.sha256(), 0
        for block in self.read(expected.key):
            digest.update(block)
            size += len(block)
        if (size, digest.hexdigest()) != (expected.size, expected.sha256):
            raise ObjectError(f"{expected.key}: {size} bytes stored, {expected.size} expected, or another content")

    def read(self, key: str, span: tuple[int, int] | None = None) -> Iterator[bytes]:
        """The object's bytes, block by block; of `span` (first and last) only those. Raises ObjectError without one."""
        part = {"Range": f"bytes={span[0]}-{span[1]}"} if span else {}
        try:
            body = self._inner.get_object(Bucket=self.bucket, Key=key, **part)["Body"]
        except ClientError as error:
            if _status(error) == 404:
                raise ObjectError(f"{key}: no such object") from error
            raise
        except BotoCoreError as error:
            raise ObjectError(f"{key}: the object store does not answer") from error
        try:
            yield from body.iter_chunks(1024 * 1024)
        except BotoCoreError as error:
            raise ObjectError(f"{key}: the object store broke off") from error

    def get_file(self, key: str, path: Path) -> None:
        """Write the object to `path`. Raises ObjectError when there is none."""
        with path.open("wb") as file:
            for block in self.read(key):
                file.write(block)

    def size(self, key: str) -> int | None:
        """The object's size in bytes, or None when there is no such object."""
        try:
            return int(self._inner.head_object(Bucket=self.bucket, Key=key)["ContentLength"])
        except ClientError as error:
            if _status(error) == 404:
                return None
            raise
        except BotoCoreError as error:
            raise ObjectError(f"{key}: the object store does not answer") from error

    def delete(self, key: str) -> None:
        """Remove the object; one that is not there is no error."""
        self._inner.delete_object(Bucket=self.bucket, Key=key)

    def delete_all(self, keys: Sequence[str]) -> None:
        """Remove these objects, many with one request. Raises ObjectError when the store kept one of them."""
        for first in range(0, len(keys), AT_ONCE):
            batch = {"Objects": [{"Key": key} for key in keys[first : first + AT_ONCE]], "Quiet": True}
            answer = self._inner.delete_objects(Bucket=self.bucket, Delete=batch)
            if kept := answer.get("Errors"):
                raise ObjectError(f"{len(kept)} objects were not deleted, the first: {kept[0]}")

    def keys(self, prefix: str) -> list[str]:
        """All keys that begin with `prefix`."""
        return list(self.sizes(prefix))

    def sizes(self, prefix: str) -> dict[str, int]:
        """All keys that begin with `prefix`, each with the size of its object in bytes."""
        pages = self._inner.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", ())}

    def entries(self, prefix: str = "") -> dict[str, Entry]:
        """All keys that begin with `prefix`, with what the store tells of each. Raises ObjectError when it is away."""
        pages = self._inner.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        try:
            found = [item for page in pages for item in page.get("Contents", ())]
        except BotoCoreError as error:
            raise ObjectError("the object store does not answer") from error
        return {one["Key"]: Entry(one["Size"], one["ETag"], one["LastModified"].isoformat()) for one in found}

    def content_type(self, key: str) -> str:
        """As what it was put. Raises ObjectError without one."""
        try:
            return str(self._inner.head_object(Bucket=self.bucket, Key=key)["ContentType"])
        except ClientError as error:
            if _status(error) == 404:
                raise ObjectError(f"{key}: no such object") from error
            raise
        except BotoCoreError as error:
            raise ObjectError(f"{key}: the object store does not answer") from error

    def signed_url(self, key: str, content_type: str, seconds: int, method: str = "get_object") -> str:
        """An address at the public endpoint that reads this one object for `seconds`."""
        return self._sign(self._signer, key, content_type, seconds, method)

    def inner_address(self, key: str, content_type: str, method: str = "get_object") -> Inner:
        """What the edge may fetch from the inner endpoint within a minute."""
        parts = urlsplit(self._sign(self._inner, key, content_type, 60, method))
        host = parts.netloc.removesuffix(_DEFAULT_PORTS[parts.scheme])
        return Inner(host, f"{parts.path}?{parts.query}")

    def _sign(self, client: Any, key: str, content_type: str, seconds: int, method: str) -> str:
        _check(key)
        params = {"Bucket": self.bucket, "Key": key}
        if method == "get_object":
            params["ResponseContentType"] = content_type
        return str(client.generate_presigned_url(method, Params=params, ExpiresIn=seconds))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def object_store() -> ObjectStore:
    """The store of this process."""
    return ObjectStore(config())


def _client(settings: Config, endpoint: str) -> Any:
    import boto3
    from botocore.config import Config as BotoConfig

    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=needed(settings.s3_secret_key, "VIGNET_S3_SECRET_KEY"),
        config=BotoConfig(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=5,
            read_timeout=60,
            retries={"max_attempts": 3, "mode": "standard"},
            # A store that does not know these checksums refuses them, or keeps their framing as part of the object.
            # What is put is read back and compared as a whole (`verify`), which proves more.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    client.meta.events.register("before-call.s3.DeleteObjects", _with_md5)
    return client


def _with_md5(params: dict[str, Any], **_: Any) -> None:
    """Deleting many needs a checksum: the MD5 that every store has known from the start, not boto3's CRC32."""
    params["context"].pop("checksum", None)
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = b64encode(digest).decode()


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not a key that every S3 server keeps")


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


if __name__ == "__main__":
    object_store().prepare()
