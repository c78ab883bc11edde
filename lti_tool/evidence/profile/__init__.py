"""The programme's xAPI Profile: what it says of statements, and whether a statement that claims it follows it."""
