"""What was published, where it comes from, and the acts that take it back or bring it again."""
