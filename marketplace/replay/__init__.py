"""Real dialogues, played through the public doors: customers and agents over sockets, counted by the clients."""
