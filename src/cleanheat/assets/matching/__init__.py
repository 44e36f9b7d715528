"""Matching: what the archive's records mean by names, addresses and places, and what people decide where it is open."""
