"""What every object's readings mean now: models asked every minute, their memory in arrays."""
