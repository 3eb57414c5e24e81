"""What a year came to, counted by the database."""
