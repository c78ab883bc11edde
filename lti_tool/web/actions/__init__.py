"""What people change: one function per action."""
