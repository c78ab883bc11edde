"""One file for each audience: parse, one call, render."""
