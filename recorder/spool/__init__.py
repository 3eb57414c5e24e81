"""The crash-safe spool: what was received, on disk, until the object store has confirmed it."""
