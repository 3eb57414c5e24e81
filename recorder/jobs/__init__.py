"""The media tasks: finishing a recording, checking and importing clips, taking in emergency files."""
