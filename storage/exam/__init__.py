"""Part 2: sittings and answers, recordings and their recorders, accommodations, takes and emergency files."""
