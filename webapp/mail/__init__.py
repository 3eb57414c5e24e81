"""Mail: `notify` writes it into the outbox, `deliver` sends it."""
