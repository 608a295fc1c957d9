"""The read-only data service: what a key may read, as CSV and JSON at stable addresses."""
