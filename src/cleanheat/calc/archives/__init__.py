"""How is what people write into archives brought to one way of writing?  Codes, names, addresses, areas, loads."""
