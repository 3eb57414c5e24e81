"""From approval to the first clip: windows and dates, invitations, more time."""
