"""All rows, in the order in which they are run and shown."""

from faults import client, endurance, firefox, media, network, parts, slices
from faults.table import Row

ALL: list[Row] = [*network.ROWS, *parts.ROWS, *slices.ROWS, *media.ROWS, *client.ROWS, *firefox.ROWS, *endurance.ROWS]
