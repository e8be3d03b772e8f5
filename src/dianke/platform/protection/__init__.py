"""The register of who saw which personal data unmasked, and why."""
