"""Programme files: read them, check them, apply them, and say which LMS course shows which programme."""
