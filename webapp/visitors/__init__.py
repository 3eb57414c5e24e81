"""What everybody may read without a log-in, and every cache in between may keep."""
