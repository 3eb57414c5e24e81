"""A role or job description that comes as a file: told by its content, encrypted under the dossier's key, kept.

Neither of the sniffing libraries tells a Word document from another ZIP file, or one with macros from one without, so
the file is opened as what it says it is (`pdf_files`, `word_files`). Nobody here ever shows its content: it is only
handed out as a download.
"""

import hashlib
import tempfile
import uuid
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TypeVar

from sqlalchemy.orm import Session

from scenarios.chapters import FilePart
from storage.base import audit
from storage.base.keys import decrypt_file, encrypt_file, key_store
from storage.base.objects import Stored, object_store
from storage.base.refusal import Refused
from storage.dossier.dossiers import Dossier, RoleDocument, SealedDocument
from storage.people.people import Person

Sealed = TypeVar("Sealed", bound=SealedDocument)

LARGEST = 10 * 1000 * 1000
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS = {PDF: ".pdf", DOCX: ".docx"}
_HEADER = 1024
"""A PDF reader looks for the header in the first 1024 bytes (ISO 32000-1, annex H.3.4.1)."""


class Rule(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "document_too_large"
    EMPTY = "document_empty"
    OTHER_TYPE = "document_other_type"
    ACTIVE = "document_active"
    LOCKED = "document_locked"


def sniff(data: bytes) -> str:
    """The content type of this file, PDF or DOCX. Raises Refused for any other, and for one that can run something."""
    if not data:
        raise Refused(Rule.EMPTY)
    if len(data) > LARGEST:
        raise Refused(Rule.TOO_LARGE, found=len(data), needed=LARGEST)
    if b"%PDF-" in data[:_HEADER]:
        return _plain(data, PDF)
    return _plain(data, DOCX)


def _plain(data: bytes, kind: str) -> str:
    from storage.dossier import pdf_files, word_files

    try:
        active = (pdf_files if kind == PDF else word_files).runs_something(data)
    except pdf_files.Locked as error:
        raise Refused(Rule.LOCKED) from error
    except (pdf_files.Unreadable, word_files.Unreadable) as error:
        raise Refused(Rule.OTHER_TYPE, needed=tuple(ENDINGS)) from error
    if active:
        raise Refused(Rule.ACTIVE, found=kind)
    return kind


def put(dossier: Dossier, name: str, data: bytes, now: datetime) -> RoleDocument:
    """Encrypt the file under the dossier's key and put it in the object store. The row is made but not added.

    Slow: call it outside of a transaction. Raises Refused as `sniff` does.
    """
    return seal(RoleDocument(sealed_under=dossier.id), "role-documents", dossier.id, name, data, now)


def seal(document: Sealed, folder: str, owner: uuid.UUID, name: str, data: bytes, now: datetime) -> Sealed:
    """The same for any file that is handed in: in this folder of the store, under the key of the row `owner`."""
    content_type = sniff(data)
    document.id, document.name, document.content_type = uuid.uuid4(), _shown(name, content_type), content_type
    document.size, document.sha256, document.created_at = len(data), hashlib.sha256(data).hexdigest(), now
    document.key = f"{folder}/{document.id}.enc"
    with tempfile.TemporaryDirectory() as place:
        plain, sealed = Path(place, "plain"), Path(place, "sealed")
        plain.write_bytes(data)
        encrypt_file(plain, sealed, key_store().get_or_create(owner))
        stored: Stored = object_store().put_file(document.key, sealed)
    document.cipher_size, document.cipher_sha256 = stored.size, stored.sha256
    return document


def attach(session: Session, dossier: Dossier, document: RoleDocument, author: Person, now: datetime) -> None:
    """Make this file the role description; the one before it stays kept but is shown no more."""
    remove(session, dossier, author, now)
    dossier.documents.append(document)
    audit.record(session, now, author.id, "document_attached", dossier)


def remove(session: Session, dossier: Dossier, author: Person, now: datetime) -> None:
    """Take the file out of the dossier. Raises Refused when the role may not change any more."""
    dossier.require_open(FilePart.ROLE)
    if dossier.document is not None:
        dossier.document.removed_at = now
        audit.record(session, now, author.id, "document_removed", dossier)


def get(document: RoleDocument) -> bytes:
    """The file as it came. Raises KeyGone when its key was destroyed, Tampered when it is another file."""
    return unseal(document, document.sealed_under or document.dossier.candidate_id)


def unseal(document: SealedDocument, owner: uuid.UUID) -> bytes:
    """The same for any file that is handed in, under the key of the row `owner`."""
    with tempfile.TemporaryDirectory() as place:
        key, sealed, plain = key_store().get(owner), Path(place, "sealed"), Path(place, "plain")
        object_store().get_file(document.key, sealed)
        decrypt_file(sealed, plain, key)
        return plain.read_bytes()


def _shown(name: str, content_type: str) -> str:
    """The name without folders and odd signs, with the ending that fits."""
    stem = "".join(sign for sign in PurePath(name.replace("\\", "/")).stem if sign.isprintable()).strip()
    return f"{stem[:120] or 'document'}{ENDINGS[content_type]}"
