"""Properties that hold for every case, tried on generated ones."""
