"""What becomes of each record against the register, and the report that says so."""
