"""Who is shown how much of the map and the archive, by where he sits and what he holds in his hand."""
