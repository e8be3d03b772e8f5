"""What people set for themselves in lists, and what they took out of them."""
