"""Credits of participants: computed from evidence and rules, kept as a cache, explained on demand."""
