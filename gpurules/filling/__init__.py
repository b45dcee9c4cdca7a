"""Documents from templates, below everything that writes any."""
