"""Pages of account managers: portfolio, care calendar, visits, who looks after whom, hand-overs."""
