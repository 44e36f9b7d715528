"""Networks as arrays: which pipes meet, which way water runs, what hangs on what, and what a closed valve cuts off."""
