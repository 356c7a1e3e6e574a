"""What a pack can do, in figures: recognition, retrieval, generated motion, reconstruction, editing of latents."""
