"""Every part of the frame on pages of invented data, to be looked at and driven by a browser."""
