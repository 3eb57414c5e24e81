"""The online theory test as it is kept: the bank of items, who sat it, and what was answered."""
