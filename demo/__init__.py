"""Invented people, a crowd of them, and drawn stand-in clips: to try Vignet out. No package imports this."""
