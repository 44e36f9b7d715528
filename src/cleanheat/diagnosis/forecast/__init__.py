"""How cold will it be?  Weather forecasts with their time of issue, and what is assumed where there is none."""
