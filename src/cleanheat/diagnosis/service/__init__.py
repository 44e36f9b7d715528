"""How well are homes served, and who are the people behind the readings?  Quality by level, portraits, feedback."""
