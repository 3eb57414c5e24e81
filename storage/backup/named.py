"""What the database names in the object store."""

from typing import Any

from sqlalchemy import Connection, Select, null, select

from storage.assessing.portfolios import PortfolioDocument
from storage.audits.evidence import AuditEvidence
from storage.audits.packs import AuditPack
from storage.dossier.dossiers import RoleDocument
from storage.exam.recordings import Original, Recording, Rendition
from storage.people.institution import Institution
from storage.schemes import Clip
from storage.theory.items import TheoryMedium

COLUMNS: tuple[tuple[Any, Any], ...] = (
    (RoleDocument.key, RoleDocument.cipher_sha256),
    (PortfolioDocument.key, PortfolioDocument.cipher_sha256),
    (AuditEvidence.key, AuditEvidence.cipher_sha256),
    (Clip.video_key, None),
    (Clip.captions_key, None),
    (TheoryMedium.key, None),
    (Institution.logo_key, None),
)
"""Columns that name an object, with the SHA-256 of its bytes in the store where a row knows it.

Beside these: originals and renditions of recordings that are kept, and packs of auditors.
"""


def objects(connection: Connection) -> dict[str, str | None]:
    """The key of every object that this database names, with the SHA-256 (hex) that it must have, where it says so."""
    kept = Recording.erased_at.is_(None)
    queries: list[Select[Any, Any]] = [
        select(Original.key, Original.cipher_sha256).join(Recording).where(kept),
        select(Rendition.key, null()).join(Recording).where(kept),
        select(AuditPack.key, null()).where(AuditPack.erased_at.is_(None)),
        *(select(key, null() if digest is None else digest) for key, digest in COLUMNS),
    ]
    return {key: digest for query in queries for key, digest in connection.execute(query) if key}
