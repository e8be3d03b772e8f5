"""Staff, their posts and rights, and the actor that every query and use case answers to."""
