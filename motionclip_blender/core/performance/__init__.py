"""Makes the motion of a plan: every step's, as the prompt asks for it, and all of them joined."""
