"""What should be run at, will rooms hold, what can be carried?  Advice, scenarios and capacity for the whole city."""
