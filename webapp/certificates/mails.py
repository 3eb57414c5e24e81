"""The holder hears what happens to a certificate."""

from datetime import datetime

from storage.certificates.certificates import Certificate
from webapp.context import g
from webapp.mail.notify import notify


def tell(certificate: Certificate, now: datetime) -> None:
    """Write to the holder that this certificate was issued, or has this state now. One from paper may have nobody."""
    if certificate.person is None:
        return
    template = f"certificate_{certificate.state}"
    notify(g.db, certificate.person, template, now, certificate=certificate)


def tell_valid_again(certificate: Certificate, now: datetime) -> None:
    """A suspension is over."""
    if certificate.person is not None:
        notify(g.db, certificate.person, "certificate_valid_again", now, certificate=certificate)
