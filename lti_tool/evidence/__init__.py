"""What stored statements are evidence of: recognised, keyed to people, written in the statements' own transaction."""
