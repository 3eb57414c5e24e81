"""Keep: every noun once, as a row; every recording once, as an object."""
