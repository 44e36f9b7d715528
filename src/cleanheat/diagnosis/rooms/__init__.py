"""What do the rooms say?  Every room's state in arrays, its own way, its next hours; what many say together."""
