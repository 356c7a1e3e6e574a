"""What can be done with an Action that was made here."""
