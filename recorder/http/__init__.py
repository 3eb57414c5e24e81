"""The edge of the recorder: WHIP, slices, who may append, when an answer is complete, and its metrics."""
