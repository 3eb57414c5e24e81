"""Backup and restore: the database as of one moment, and every object that it names."""
