"""Words of supply contracts."""
