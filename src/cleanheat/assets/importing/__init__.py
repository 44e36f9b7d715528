"""How do strangers' files become records of the archive?  Read, mapped, converted, rehearsed, confirmed, undone."""
