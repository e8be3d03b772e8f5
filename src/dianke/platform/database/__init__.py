"""The database's own side: extensions, the service role's grants, bulk COPY."""
