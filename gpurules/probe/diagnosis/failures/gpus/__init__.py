"""The GPUs that the engine sees."""
