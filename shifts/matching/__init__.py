"""Who gets which seat: wishes, limits and fairness weighed together. Pure: no clock, no database."""
