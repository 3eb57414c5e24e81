"""People: logging in, the own account, organisations and who works there."""
