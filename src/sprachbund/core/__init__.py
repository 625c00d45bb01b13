"""The ground: machinery that knows nothing of language, tensors or experiments."""
