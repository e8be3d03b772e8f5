"""
What is charged beside the ordinary bill: late fees, back-billing, theft and breach of use.

Pure rules over dated rule sets (rule_sets.toml). `case` reads the JSON form of the `recover` command; the
other files hold one topic each and are what the modules above call.
"""
