"""The engine that asks every published rule of every reading: rules compiled, live history, verdicts, alarms."""
