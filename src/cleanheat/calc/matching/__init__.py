"""Which record means which object?  Addresses cut up, names compared, places measured, evidence weighed."""
