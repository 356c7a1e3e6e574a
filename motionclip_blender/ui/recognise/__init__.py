"""What is this Action? Scores of labels, and names and tags made of them."""
