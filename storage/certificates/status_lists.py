"""Bitstring Status List v1.0 (W3C): where a verifier looks whether a badge is still good.

Two lists of each number, one for what is suspended and one for what is over (withdrawn or replaced). A place is drawn
at random, so it says nothing about who was certified when, and is never given twice. A list is made anew each time that
somebody asks.
"""

import base64
import gzip
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from joserfc import jwt
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.base.config import config
from storage.certificates.certificates import Certificate, CertificateState
from storage.certificates.signing_keys import ALGORITHM, SigningKey, did

LENGTH = 131_072
"""Places in a list: what the standard asks at least, so that one place tells nobody apart."""
FULL = LENGTH // 2
"""Beyond so many a new list is begun, so that drawing a free place stays quick."""
GOOD_FOR = timedelta(days=1)
"""How long a list that was fetched may be relied on at most; verifiers should ask again sooner (`TTL_MS`)."""
TTL_MS = 60_000


class Purpose(StrEnum):
    REVOCATION = "revocation"
    SUSPENSION = "suspension"


SET: dict[Purpose, tuple[CertificateState, ...]] = {
    Purpose.REVOCATION: (CertificateState.WITHDRAWN, CertificateState.REPLACED),
    Purpose.SUSPENSION: (CertificateState.SUSPENDED,),
}
"""The states for which the bit is 1."""


def draw_place(session: Session) -> tuple[int, int]:
    """List and index for a new certificate: at random among those that nobody ever had.

    Of two who draw the same place at one moment the second is refused by the database (IntegrityError).
    """
    newest = session.scalar(select(func.max(Certificate.list_number))) or 1
    taken = set(session.scalars(select(Certificate.list_index).where(Certificate.list_number == newest)))
    if len(taken) >= FULL:
        newest, taken = newest + 1, set()
    while (index := secrets.randbelow(LENGTH)) in taken:
        pass
    return newest, index


def there(session: Session, number: int) -> bool:
    """True for a list in which any certificate stands."""
    return session.scalar(select(Certificate.id).where(Certificate.list_number == number).limit(1)) is not None


def address(purpose: Purpose, number: int) -> str:
    return f"{config().origin}/status/{purpose}/{number}"


def entries(number: int, index: int) -> list[dict[str, Any]]:
    """What a badge says about where its state stands."""
    return [
        {
            "id": f"{address(purpose, number)}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": str(purpose),
            "statusListIndex": str(index),
            "statusListCredential": address(purpose, number),
        }
        for purpose in Purpose
    ]


def encoded(indexes: set[int]) -> str:
    """The list with these bits set, as the standard writes it: the first place is the leftmost bit; gzip, base64url."""
    bits = bytearray(LENGTH // 8)
    for index in indexes:
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def credential(session: Session, purpose: Purpose, number: int, now: datetime) -> dict[str, Any]:
    """The list as it is now, as a verifiable credential."""
    theirs = select(Certificate.list_index).where(
        Certificate.list_number == number, Certificate.state.in_(SET[purpose])
    )
    where = address(purpose, number)
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": where,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did(),
        "validFrom": _moment(now),
        "validUntil": _moment(now + GOOD_FOR),
        "credentialSubject": {
            "id": f"{where}#list",
            "type": "BitstringStatusList",
            "statusPurpose": str(purpose),
            "encodedList": encoded({one for one in session.scalars(theirs) if one is not None}),
            "ttl": TTL_MS,
        },
    }


def signed(payload: dict[str, Any], key: SigningKey, now: datetime) -> str:
    """The list as a JWT (VC-JOSE-COSE)."""
    header = {"alg": ALGORITHM, "typ": "vc+jwt", "cty": "vc", "kid": key.kid}
    claims = {"iss": did(), "jti": payload["id"], "sub": payload["credentialSubject"]["id"]}
    times = {"nbf": int(now.timestamp()), "exp": int((now + GOOD_FOR).timestamp())}
    return jwt.encode(header, payload | claims | times, key.private(), algorithms=[ALGORITHM])


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
