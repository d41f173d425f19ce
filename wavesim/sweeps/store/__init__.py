"""The store: parts, checksums, and what is taken up again."""
