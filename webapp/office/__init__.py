"""The office of KSF: its home, its mail, its recorders."""
