"""What other systems send to us by themselves: no session, no page, known by a signature."""
