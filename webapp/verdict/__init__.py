"""The verdict: confirmed, released, read, objected to."""
