"""Who moves the money: one interface, one module for each way out of the house. Nothing here knows the database."""
