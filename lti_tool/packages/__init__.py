"""Uploaded content: looked at before it is taken in, unpacked outside the web root, found again by its address."""
