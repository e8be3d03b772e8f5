"""Pages of billing: runs, their faults and bills, and the bill itself."""
