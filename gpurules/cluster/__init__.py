"""The Kubernetes API: logging in, and thin requests. ``kubernetes`` and ``aiohttp`` are imported here alone."""
