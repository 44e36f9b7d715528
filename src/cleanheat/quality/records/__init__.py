"""Rules on records: archives and complaints as columns, judged by the same language as readings."""
