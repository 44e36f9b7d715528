"""Anomalies of operation: pure functions from trusted readings to what they mean."""
