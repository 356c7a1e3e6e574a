"""What a decoded motion goes through before it is keyed: the way over the ground, loops, feet."""
