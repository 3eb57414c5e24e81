"""Capture: take the two roads of one answer in, keep them, and make the video that an assessor sees."""
