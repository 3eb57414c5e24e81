"""States, rules and moments in the Dutch that a person reads. Sentences say what happened and what to do next."""
