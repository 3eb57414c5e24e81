"""Checks an audit pack without the product: `python verify_pack.py PACK.zip KEYS`.

Needs Python and the library `cryptography`, nothing else. KEYS is the file that the issuer publishes at
/.well-known/did.json (saved by a browser), or its https address. The key in the pack proves nothing by itself: whoever
makes a false pack puts the own key in it. For the same reason take this script from somewhere else than a pack that you
doubt.

What it tells. SHA256SUMS names every file of the pack with its hash: a file that was changed, taken out or added is
named. SHA256SUMS.sig is an ECDSA signature (P-256, SHA-256, DER) of that list, by a key that the issuer publishes.
Without this script: `openssl dgst -sha256 -verify sleutel.pem -signature SHA256SUMS.sig SHA256SUMS` and
`sha256sum -c SHA256SUMS`.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import urllib.request
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

SUMS, SIGNATURE, ABOUT = "SHA256SUMS", "SHA256SUMS.sig", "PAKKET.json"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)
"""What reading a damaged ZIP file, or what is in it, comes to."""
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class Wrong(Exception):
    """Why the pack is not what was signed; every reason a Dutch sentence."""

    def __init__(self, *reasons: str):
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def check(path: Path, keys: dict[str, Any]) -> dict[str, Any]:
    """What the pack says of itself, once all is right. `keys` is the content of did.json. Raises Wrong."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _check(archive, keys)
    except BROKEN as error:
        raise Wrong(f"Dit is geen heel ZIP-bestand: {error}.") from error


def _check(archive: zipfile.ZipFile, keys: dict[str, Any]) -> dict[str, Any]:
    names = archive.namelist()
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Wrong(*(f"Het bestand {name} staat er twee keer in." for name in twice))
    missing = [name for name in (SUMS, SIGNATURE, ABOUT) if name not in names]
    if missing:
        raise Wrong(*(f"Het bestand {name} ontbreekt." for name in missing))
    sums, about = archive.read(SUMS), json.loads(archive.read(ABOUT))
    _check_signature(sums, archive.read(SIGNATURE), str(about.get("key")), keys)
    listed = _listed(sums)
    found = [f"Het bestand {name} ontbreekt." for name in sorted(set(listed) - set(names))]
    found += [f"Het bestand {name} is toegevoegd." for name in sorted(set(names) - set(listed) - {SUMS, SIGNATURE})]
    for name in sorted(set(listed) & set(names)):
        if _hash(archive, name) != listed[name]:
            found.append(f"Het bestand {name} is veranderd.")
    if found:
        raise Wrong(*found)
    return {**about, "files": len(listed)}


def _check_signature(data: bytes, signature: bytes, kid: str, keys: dict[str, Any]) -> None:
    methods = {one["id"]: one["publicKeyJwk"] for one in keys.get("verificationMethod", ())}
    if kid not in methods:
        raise Wrong(f"De sleutel {kid} staat niet bij de sleutels van de uitgever.")
    jwk = methods[kid]
    x, y = (int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "==")) for name in ("x", "y"))
    try:
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise Wrong("De handtekening klopt niet: de lijst van bestanden is niet wat de uitgever tekende.") from error


def _listed(sums: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in sums.decode("utf-8").splitlines():
        parts = LINE.fullmatch(text)
        if not parts or parts[2] in found:
            raise Wrong(f"De lijst van bestanden is niet te lezen: {text!r}.")
        found[parts[2]] = parts[1]
    return found


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while block := file.read(1024 * 1024):
                digest.update(block)
    except BROKEN:
        return "unreadable"
    return digest.hexdigest()


def _keys(where: str) -> dict[str, Any]:
    if where.startswith("https://"):
        with urllib.request.urlopen(where, timeout=30) as answer:  # noqa: S310 (https alone)
            found: dict[str, Any] = json.loads(answer.read())
            return found
    loaded: dict[str, Any] = json.loads(Path(where).read_text("utf-8"))
    return loaded


def main(arguments: Sequence[str]) -> int:
    """0 when the pack is whole and signed by the issuer, 1 when it is not, 2 when nothing could be checked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pack", type=Path)
    parser.add_argument("keys", help="did.json van de uitgever: een bestand, of het https-adres")
    asked = parser.parse_args(arguments)
    try:
        keys = _keys(asked.keys)
    except (OSError, ValueError) as error:
        print(f"De sleutels zijn niet te lezen: {error}", file=sys.stderr)
        return 2
    try:
        about = check(asked.pack, keys)
    except Wrong as wrong:
        print("NIET IN ORDE", *wrong.reasons, sep="\n")
        return 1
    print(f"In orde: {about['files']} bestanden, getekend door {about['key']}, gemaakt op {about['made_at']}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
