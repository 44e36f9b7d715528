"""CleanHeat (清洁供暖调度指挥平台): the heating supervision platform of a cold city's regulator."""
