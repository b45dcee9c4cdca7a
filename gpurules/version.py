"""The version of gpurules; the build reads it from here, so that start-up need not ask importlib.metadata."""

__version__ = "0.1.0"
