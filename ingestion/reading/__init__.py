"""From the bytes of a file to its records: read, recognise, normalise. Pure, without a database."""
