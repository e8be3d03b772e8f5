"""What readings bring to the home of those who read and freeze."""
