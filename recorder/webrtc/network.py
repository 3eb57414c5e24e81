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


@dataclass(frozen=True)
class Network:
    """Where peers can reach this process.

    `addresses`: announced instead of all the host has: some of them, or what a 1:1 NAT shows of it to the world (each
    port stays the same). `ports`: the UDP ports to use, first and last (default: any); one session takes one for each
    address. `loopback`: also announce 127.0.0.1, for a browser on the same machine.
    """

    addresses: tuple[str, ...] = ()
    ports: tuple[int, int] | None = None
    loopback: bool = False


class Connection(aioice.ice.Connection):
    """aioice's connection, bound to the ports and announcing the addresses of `network`."""

    network = Network()

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


async def _bind(
    connection: aioice.ice.Connection, address: str, ports: tuple[int, int]
) -> aioice.ice.StunProtocol | None:
    loop = asyncio.get_running_loop()
    low, high = ports
    start = random.randrange(low, high + 1)
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
