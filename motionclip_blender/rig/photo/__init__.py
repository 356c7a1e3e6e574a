"""The scene of a photo's film: the dressed body, its shadow, the photo's camera and background, and the film."""
