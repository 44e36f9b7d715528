"""How do a surveyor's layers come to WGS-84, with proof?  Parameters are used and forgotten."""
