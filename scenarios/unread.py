"""The scheme values that nothing reads yet: the regulation says so beside each, until the work that reads it is there.

A test holds this true in both ways: a value that no rule reads stands here, and what stands here is read by nothing.
A value that can be no other than it is (`reading.always`) needs no reader: it says what the product always does.
"""

OPENING = "an installation that opens on Monday, without dead ends"
TRUST = "calibration, and how far judgements may be believed"

UNREAD = {
    "sitting.self_rating": TRUST,
}
"""By its path in the scheme: the subject of the work that will read it."""
