"""How many seats a forecast asks for at a service level, and what they cost. Pure: no clock, no database."""
