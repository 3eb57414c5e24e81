"""The addresses and ports under which peers reach this process: what ICE gathers and announces.

aioice takes any port of every address but 127.0.0.1, and asks its servers for as long as five seconds.
"""

import asyncio
import ipaddress
import random
from collections.abc import Sequence
from dataclasses import dataclass

import aioice.candidate
import aioice.ice

GATHER_S = 1
"""The longest that an answer waits for a STUN or TURN server."""
LOOPBACK = "127.0.0.1"
_IPV4_INSIDE = tuple(
    ipaddress.ip_network(text) for text in ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
)
"""IPv6 addresses that lead to an IPv4 one: mapped, NAT64, Teredo, 6to4."""


@dataclass(frozen=True)
class Network:
    """Where peers can reach this process.

    `addresses`: announced instead of all the host has: some of them, or what a 1:1 NAT shows of it to the world (each
    port stays the same). `ports`: the UDP ports to use, first and last (default: any); one session takes one for each
    address. `loopback`: also announce 127.0.0.1, for a browser on the same machine. `private_peers`: also follow
    candidates of a peer to addresses that are not of the public internet; otherwise an offer could have this process
    knock at other machines in the network that it stands in.
    """

    addresses: tuple[str, ...] = ()
    ports: tuple[int, int] | None = None
    loopback: bool = False
    private_peers: bool = False


class Connection(aioice.ice.Connection):
    """aioice's connection, bound to the ports and announcing the addresses of `network`."""

    network = Network()

    async def add_remote_candidate(self, remote_candidate: aioice.Candidate | None) -> None:
        wanted = remote_candidate is None or self.network.private_peers or is_public(remote_candidate.host)
        if wanted:
            await super().add_remote_candidate(remote_candidate)

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = GATHER_S
    ) -> list[aioice.Candidate]:
        network, timeout = self.network, min(timeout, GATHER_S)
        foreign = [address for address in network.addresses if address not in addresses]
        bound = [a for a in addresses if _announced_as(a, network.addresses, foreign)]
        bound += [LOOPBACK] if network.loopback else []
        if network.ports is None:
            found = await super().get_component_candidates(component, bound, timeout)
        else:
            # Without addresses only a relay is gathered; a fixed range comes with a known address, not with STUN.
            found = await self._gather_in_range(component, bound, network.ports)
            found += await super().get_component_candidates(component, [], timeout)
        announced = []
        for candidate in found:
            if candidate.type != "host" or candidate.host == LOOPBACK:
                announced.append(candidate)
                continue
            for address in _announced_as(candidate.host, network.addresses, foreign):
                announced.append(_host_candidate(component, address, candidate.port))
        return announced

    async def _gather_in_range(
        self, component: int, addresses: list[str], ports: tuple[int, int]
    ) -> list[aioice.Candidate]:
        found = []
        for address in addresses:
            protocol = await _bind(self, address, ports)
            if protocol is None:
                continue
            host, port = protocol.transport.get_extra_info("sockname")[:2]
            protocol.local_candidate = _host_candidate(component, host, port)
            self._protocols.append(protocol)
            found.append(protocol.local_candidate)
        return found


def is_public(host: str) -> bool:
    """True when `host` is an address of the public internet, and no other address hides in it. A name never is."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if address.version == 4:
        return True
    return not (address.is_site_local or any(address in network for network in _IPV4_INSIDE))


async def _bind(
    connection: aioice.ice.Connection, address: str, ports: tuple[int, int]
) -> aioice.ice.StunProtocol | None:
    loop = asyncio.get_running_loop()
    low, high = ports
    start = random.randrange(low, high + 1)  # noqa: S311 (a port to begin at, no secret)
    for port in (*range(start, high + 1), *range(low, start)):
        try:
            _, protocol = await loop.create_datagram_endpoint(
                lambda: aioice.ice.StunProtocol(connection), local_addr=(address, port)
            )
        except OSError:
            continue
        return protocol
    return None


def _host_candidate(component: int, host: str, port: int) -> aioice.Candidate:
    foundation = aioice.candidate.candidate_foundation("host", "udp", host)
    priority = aioice.candidate.candidate_priority(component, "host")
    return aioice.Candidate(foundation, component, "udp", priority, host, port, "host")


def _announced_as(own: str, wanted: Sequence[str], foreign: Sequence[str]) -> list[str]:
    """Under which addresses the host's address `own` is announced; nobody's when it is not to be used at all."""
    if not wanted or own in wanted:
        return [own]
    family = ipaddress.ip_address(own).version
    return [address for address in foreign if ipaddress.ip_address(address).version == family]
