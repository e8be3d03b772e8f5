"""What administration brings to the home of those who give posts."""
