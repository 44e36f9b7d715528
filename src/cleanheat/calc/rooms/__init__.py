"""How warm is a home, how will it be, and what does the way it warms and cools say?"""
