"""Staff pages: the frame, its components, and one folder of pages for each part of the work."""
