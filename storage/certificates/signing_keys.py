"""The keys under which badges and status lists are signed (ES256), and the did:web document that tells them.

A new key comes beside the old ones, so what they signed stays good: a retired key signs no more and is still told. Only
one that was stolen is revoked: it is told no more, and what it signed is good for nothing from then on.
"""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from joserfc.jwk import ECKey
from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.base import audit
from storage.base.config import config
from storage.base.database import Base, Identified, session_of
from storage.base.keys import key_store
from storage.people.people import Person

ALGORITHM = "ES256"
"""Of what Open Badges names, the one that all verifiers take beside RS256, with short signatures."""


class SigningKey(Identified, Base):
    """A key pair. The private half is sealed by the master key; `public` is the JWK that everybody may have."""

    __tablename__ = "signing_key"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    public: Mapped[dict[str, Any]]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Person.id))
    revoked_at: Mapped[datetime | None]

    @property
    def kid(self) -> str:
        """The whole address of the key: some verifiers take no shorter one."""
        return f"{did()}#{self.name}"

    def private(self) -> ECKey:
        return ECKey.import_key(key_store().unseal(self.sealed, self.id))

    def revoke(self, actor: uuid.UUID | None, now: datetime) -> None:
        """It was stolen: tell it no more. A new one is made by the next signature."""
        self.revoked_at = now
        audit.record(session_of(self), now, actor, "signing_key_revoked", self)


def did(origin: str | None = None) -> str:
    """The name of this installation as issuer (did:web): its host, with a port written as %3A."""
    return f"did:web:{quote(urlsplit(origin or config().origin).netloc, safe='')}"


def current_key(session: Session, now: datetime) -> SigningKey:
    """The newest key that is not revoked, made when there is none."""
    return next(iter(told_keys(session)), None) or rotate(session, None, now)


def told_keys(session: Session) -> list[SigningKey]:
    """The keys that everybody may trust, the newest first."""
    told = select(SigningKey).where(SigningKey.revoked_at.is_(None))
    return list(session.scalars(told.order_by(SigningKey.created_at.desc(), SigningKey.id)))


def rotate(session: Session, actor: uuid.UUID | None, now: datetime) -> SigningKey:
    """Sign with a new key from now on; what older ones signed stays good."""
    row_id, pair = uuid.uuid4(), ECKey.generate_key("P-256")
    row = SigningKey(
        id=row_id,
        name=f"key-{now:%Y%m%d}-{row_id.hex[:8]}",
        public=pair.as_dict(private=False),
        sealed=key_store().seal(pair.as_pem(private=True), row_id),
        created_at=now,
        made_by_id=actor,
    )
    session.add(row)
    session.flush()
    audit.record(session, now, actor, "signing_key_made", row)
    return row


def did_document(session: Session) -> dict[str, Any]:
    """What /.well-known/did.json says: the newest key first, each in both lists that verifiers look into."""
    keys = told_keys(session)
    methods = [
        # Some verifiers know this type only, the others take either (JsonWebKey).
        {"id": one.kid, "type": "JsonWebKey2020", "controller": did(), "publicKeyJwk": _jwk(one)}
        for one in keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did(),
        "verificationMethod": methods,
        "assertionMethod": [one.kid for one in keys],
    }


def _jwk(key: SigningKey) -> dict[str, Any]:
    return {name: key.public[name] for name in ("kty", "crv", "x", "y")} | {"alg": ALGORITHM, "use": "sig"}
