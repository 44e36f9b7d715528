"""What does a circuit usually do in this weather at this hour?  Models of supply, return, heat, flow and rooms."""
