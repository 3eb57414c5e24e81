"""Who judges what, ratings and their scores, verdicts, and objections to them."""
