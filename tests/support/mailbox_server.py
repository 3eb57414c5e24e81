"""A real mail server that keeps what it is given, for tests that read the mail."""

import contextlib
import email
import email.policy
import ssl
from collections.abc import Iterator
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, syntax
from support import services


class Mailbox:
    """What arrived, as (addresses, mail), and what the server says to an address and to a mail.

    `secret` says of each mail whether it came over TLS. With `strips`, somebody on the way takes the offer of
    STARTTLS out of what the server says.
    """

    def __init__(self, port: int, scheme: str = "smtp", strips: bool = False) -> None:
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.secret: list[bool] = []
        self.answer = self.answer_to_address = "250 OK"
        self.strips = strips

    async def handle_EHLO(self, _server, session, _envelope, hostname: str, responses: list[str]) -> list[str]:
        session.host_name = hostname
        return [one for one in responses if not (self.strips and "STARTTLS" in one)]

    async def handle_RCPT(self, _server, _session, envelope, address: str, _options) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer_to_address

    async def handle_DATA(self, server, _session, envelope) -> str:
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.received.append((envelope.rcpt_tos, mail))
        self.secret.append(server.transport.get_extra_info("ssl_object") is not None)
        return self.answer

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to this address, in the order of arrival."""
        return [mail for addresses, mail in self.received if addresses == [address]]


class _Refusing(SMTP):
    """A server that offers STARTTLS and then does not want it (RFC 3207: 454)."""

    @syntax("STARTTLS")
    async def smtp_STARTTLS(self, _arg) -> None:
        await self.push("454 TLS not available due to temporary reason")


class _Refuses(Controller):
    def factory(self) -> SMTP:
        return _Refusing(self.handler, **self.SMTP_kwargs)


@contextlib.contextmanager
def listening(
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    strips: bool = False,
    refuses: bool = False,
) -> Iterator[Mailbox]:
    """A mailbox on a free port, which offers STARTTLS, or speaks TLS from the first byte on, when that is given."""
    box = Mailbox(services.free_ports(1), "smtps" if tls else "smtp", strips)
    kind = _Refuses if refuses else Controller
    port = int(box.url.rpartition(":")[2])
    controller = kind(box, hostname="127.0.0.1", port=port, tls_context=starttls, ssl_context=tls)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
