"""The exam of the candidate, and what became of each answer."""
