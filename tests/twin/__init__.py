"""A slow, readable second calculation of bills, written from the contract alone and sharing no code."""
