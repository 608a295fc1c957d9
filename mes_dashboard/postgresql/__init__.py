"""Django's PostgreSQL backend, on the local server."""
