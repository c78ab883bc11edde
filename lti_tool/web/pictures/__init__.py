"""Pictures as numbers: the templates draw them, with their words beside them."""
