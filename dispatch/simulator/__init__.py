"""A virtual floor on which routing is tried out: worlds, a clock of events, policies, and what customers got."""
