"""Pages of service orders: taken, worked on, looked up."""
