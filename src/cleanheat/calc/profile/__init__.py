"""What is usual for an object: its readings as a function of the cold outside and the hour."""
