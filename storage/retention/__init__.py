"""Erasing data whose time is over: the plan, holds, the acts, and the certificates of what was destroyed."""
