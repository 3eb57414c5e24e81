"""Audits on screen: planning and holding them, findings and their follow-up, samples, cases and what goes with them."""
