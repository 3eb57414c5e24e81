"""The online theory test: set ready, opened at a location, taken, and its result; and the bank of its items."""
