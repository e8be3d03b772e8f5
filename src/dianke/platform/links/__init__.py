"""Secret links: whoever holds one sees one thing and nothing else."""
