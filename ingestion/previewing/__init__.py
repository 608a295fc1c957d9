"""What publishing a file would change, what deserves a human’s eye, and the file to correct."""
