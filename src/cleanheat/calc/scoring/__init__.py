"""How is a measured figure turned into points, points into a total, a total into a grade and a place?"""
