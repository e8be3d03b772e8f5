"""Pages of personal data: seeing it whole for a reason, the register of who did, a person's own data."""
