"""From originals to a film: read, measured, the better source selected, stitched and transcoded."""
