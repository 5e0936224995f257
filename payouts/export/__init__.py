"""The books for others to check: journals for accounting programs, statements for agents, a daily root over all."""
