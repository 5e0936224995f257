"""How many requests will come, per class and half hour. Pure: no clock, no database."""
