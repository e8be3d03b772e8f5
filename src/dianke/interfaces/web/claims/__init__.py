"""Pages of what is asked for on an account: waivers of late fees, refunds, deposits, own terms of payment."""
