"""Services that every module stands on: organisation, identity, audit, jobs."""
