"""Credits for other programs (contract §3)."""
