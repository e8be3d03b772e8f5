"""Django's PostgreSQL backend; what differs stands in `base`."""
