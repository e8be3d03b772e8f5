"""The review before issue: what is known of the bills of a shard, and the rules that find what is suspicious."""
