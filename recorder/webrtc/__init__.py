"""A live session: the peer, what it receives without decoding it, and what the network does."""
