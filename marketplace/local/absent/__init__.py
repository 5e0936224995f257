"""A database engine for when no database is running: all that needs none works, the rest says how to start one."""
