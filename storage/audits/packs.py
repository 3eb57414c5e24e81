"""Audit packs: everything of an organisation's year, or of a sample, as one signed ZIP for an auditor.

What goes into one is decided when it is asked (`codes`), so that whoever makes it later adds nothing. The file is kept
sealed, under a key of its own, for a month; that it was made, of what, and why with video, stays as the audits do.
"""

import tempfile
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.audits.pack_verifier import SIGNATURE, SUMS
from storage.audits.samples import AuditSample
from storage.base import audit
from storage.base.database import Base, Identified, session_of
from storage.base.keys import KeyGone, decrypt_file, encrypt_file, key_store
from storage.base.objects import ObjectError, object_store, sha256_of
from storage.base.refusal import Refused
from storage.certificates.signing_keys import SigningKey
from storage.people.organisations import Organisation
from storage.people.people import Person

MAKE = "make_audit_pack"
"""The kind of the office job that makes one; its subject is the pack."""
STAYS = timedelta(days=30)
"""How long the file of a pack can be fetched."""
SHORTEST = 10
"""Signs of a reason."""
KEY = "sleutel.pem"


class Rule(StrEnum):
    """Why there is no pack."""

    NO_REASON = "pack_video_without_reason"
    NOTHING = "pack_of_nothing"
    GONE = "pack_gone"


class AuditPack(Identified, Base):
    """One pack. `made_at` None: it is still being made. `erased_at`: since when only this row is left.

    `key_id` names the signing key, as did.json has it; `sha256` and `size` are of the ZIP as it is handed out.
    """

    __tablename__ = "audit_pack"

    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(Organisation.id))
    sample_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey(AuditSample.id))
    year: Mapped[int]
    codes: Mapped[list[Any]]
    with_video: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    files: Mapped[int | None]
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    key_id: Mapped[str | None] = mapped_column(String(200))

    organisation: Mapped[Organisation | None] = relationship()
    sample: Mapped[AuditSample | None] = relationship()
    asked_by: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (sample_id IS NULL)", name="about"),
        CheckConstraint("NOT with_video OR reason <> ''", name="video_reason"),
        CheckConstraint("(made_at IS NULL) = (sha256 IS NULL)", name="made"),
        Index(None, "asked_by_id", "asked_at"),
        Index(None, "sample_id"),
        Index(None, "organisation_id"),
    )

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"auditpakket-{self.asked_at.date()}-{self.id.hex[:8]}.zip"

    @property
    def there(self) -> bool:
        """True while the file can be fetched."""
        return self.made_at is not None and self.erased_at is None


def ask(
    session: Session,
    about: Organisation | AuditSample,
    year: int,
    codes: Sequence[str],
    with_video: bool,
    reason: str,
    auditor: Person,
    now: datetime,
) -> AuditPack:
    """Ask for a pack of these exams. Raises Refused for video without a reason, and for a pack of nothing at all."""
    if with_video and len(reason.strip()) < SHORTEST:
        raise Refused(Rule.NO_REASON, found=len(reason.strip()), needed=SHORTEST)
    if isinstance(about, AuditSample) and not codes:
        raise Refused(Rule.NOTHING)
    made = AuditPack(
        id=uuid.uuid4(),
        organisation=about if isinstance(about, Organisation) else None,
        sample=about if isinstance(about, AuditSample) else None,
        year=year,
        codes=list(codes),
        with_video=with_video,
        reason=reason.strip() if with_video else "",
        asked_by=auditor,
        asked_at=now,
    )
    session.add(made)
    session.flush()
    audit.record(session, now, auditor.id, "audit_pack_asked", made, exams=len(codes), video=with_video)
    return made


def signed(files: Mapping[str, str], key: SigningKey) -> dict[str, bytes]:
    """What makes a pack of files with these hashes (hex, by name) one that can be checked: the list, its signature, and
    the public key for whoever checks with openssl.
    """
    private = serialization.load_pem_private_key(key.private().as_pem(private=True), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("packs are signed with a key of a curve")
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    public = private.public_key().public_bytes(*form)
    from_bytes = hashes.Hash(hashes.SHA256())
    from_bytes.update(public)
    known = {**files, KEY: from_bytes.finalize().hex()}
    sums = "".join(f"{known[name]}  {name}\n" for name in sorted(known)).encode()
    return {KEY: public, SUMS: sums, SIGNATURE: private.sign(sums, ec.ECDSA(hashes.SHA256()))}


def put(pack: uuid.UUID, path: Path) -> str:
    """Keep this file as that of the pack, sealed under a key of its own; answers its key in the store.

    Slow: call it outside of a transaction. Raises ObjectError when the store does not keep it.
    """
    at = f"audit-packs/{pack}.enc"
    try:
        _put(at, pack, path)
    except (BotoCoreError, ClientError) as error:
        raise ObjectError("the object store does not answer") from error
    return at


def _put(at: str, pack: uuid.UUID, path: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        sealed = Path(place, "sealed")
        encrypt_file(path, sealed, key_store().get_or_create(pack))
        object_store().put_file(at, sealed)


def finish(pack: AuditPack, path: Path, at: str, files: int, key_id: str, now: datetime) -> None:
    """It was made, and lies in the store."""
    pack.size, pack.sha256, pack.key, pack.files = path.stat().st_size, sha256_of(path), at, files
    pack.key_id, pack.made_at = key_id, now
    audit.record(session_of(pack), now, pack.asked_by_id, "audit_pack_made", pack, files=files, sha256=pack.sha256)


def fetch(pack: AuditPack, path: Path) -> None:
    """Write the file of this pack to `path`. Raises Refused when it is not there any more."""
    if not pack.there or pack.key is None:
        raise Refused(Rule.GONE)
    try:
        key = key_store().get(pack.id)
    except KeyGone as error:
        raise Refused(Rule.GONE) from error
    with tempfile.TemporaryDirectory() as place:
        sealed = Path(place, "sealed")
        object_store().get_file(pack.key, sealed)
        decrypt_file(sealed, path, key)


def erase_old(session: Session, now: datetime) -> int:
    """Destroy the files that were there long enough; answers how many. Again is no error."""
    old = select(AuditPack).where(AuditPack.made_at < now - STAYS, AuditPack.erased_at.is_(None))
    packs = session.scalars(old).all()
    key_store().destroy(*(one.id for one in packs))
    for one in packs:
        if one.key is not None:
            object_store().delete(one.key)
        one.erased_at = now
        audit.record(session, now, None, "audit_pack_erased", one)
    session.flush()
    return len(packs)
