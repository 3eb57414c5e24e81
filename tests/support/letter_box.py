"""A real mail server that keeps what it is given, for tests that read the mail."""

import contextlib
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from support import services


class LetterBox:
    """What arrived, as (addresses, letter), and what the server says to an address and to a letter."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.answer = self.answer_to_address = "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address: str, _options) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer_to_address

    async def handle_DATA(self, _server, _session, envelope) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.received.append((envelope.rcpt_tos, letter))
        return self.answer

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to this address, in the order of arrival."""
        return [letter for addresses, letter in self.received if addresses == [address]]


@contextlib.contextmanager
def listening() -> Iterator[LetterBox]:
    """A letter box on a free port."""
    box = LetterBox(services.free_ports(1))
    controller = Controller(box, hostname="127.0.0.1", port=int(box.url.rpartition(":")[2]))
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
