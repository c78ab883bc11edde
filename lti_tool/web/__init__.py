"""Pages and API: thin views, one function per thing a person does, pictures drawn on the server."""
