"""Stand-in clips: a drawn person who says a scenario's text, until a KSF films actors. Built once, kept in the pack.

Needs espeak-ng and the drawing library of the test tools; the running product never imports this package."""
