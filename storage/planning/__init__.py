"""Days and places: exam dates and bookings, locations and their checks, practical sessions and online theory tests."""
