"""The way in: enrolling an organisation's people, and KSF's judgement of part 1."""
