"""Who can be compared with whom: the groups that links make."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def groups(links: Iterable[tuple[Node, Node]]) -> list[tuple[Node, ...]]:
    """The connected components of the graph of these links, each sorted, the one with the most nodes first."""
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in links:
        parent[root(one)] = root(other)
    found: dict[Node, list[Node]] = {}
    for node in list(parent):
        found.setdefault(root(node), []).append(node)
    return sorted(
        (tuple(sorted(nodes, key=str)) for nodes in found.values()), key=lambda nodes: (-len(nodes), str(nodes))
    )
