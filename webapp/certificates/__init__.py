"""Certificates on screen and on paper: the holder, the register, whoever checks one, and the organisation."""
