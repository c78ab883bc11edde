"""What each page shows: one function per page, from services to the page's context."""
