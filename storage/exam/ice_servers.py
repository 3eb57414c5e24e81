"""STUN and TURN servers as one take is told of them; its account at TURN is of that take alone and ends with it.

The account is the REST form that coturn knows (draft-uberti-behave-turn-rest, `use-auth-secret`): its name is when it
ends and whose it is, its password an HMAC-SHA1 of the name under a secret that the TURN server shares.
"""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.base.config import is_turn


@dataclass(frozen=True)
class IceServers:
    """VIGNET_ICE_SERVERS, and VIGNET_TURN_SECRET for those among them that have no account of their own."""

    servers: Sequence[Mapping[str, Any]] = ()
    secret: str = ""

    def of_take(self, recording: uuid.UUID, ends_at: datetime) -> list[dict[str, Any]]:
        """RTCIceServer dictionaries for this take, good until `ends_at`."""
        return [
            dict(server) | (self._account(recording, ends_at) if _nameless(server) else {}) for server in self.servers
        ]

    def _account(self, recording: uuid.UUID, ends_at: datetime) -> dict[str, str]:
        name = f"{int(ends_at.timestamp())}:{recording}"
        digest = hmac.digest(self.secret.encode(), name.encode(), hashlib.sha1)
        return {"username": name, "credential": base64.b64encode(digest).decode()}


def _nameless(server: Mapping[str, Any]) -> bool:
    return is_turn(server) and "credential" not in server
