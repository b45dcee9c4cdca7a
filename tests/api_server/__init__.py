"""An API server for tests: discovery, objects, server-side apply with managed fields, reviews, and every bad mood."""
