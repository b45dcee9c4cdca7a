"""What runs inside the machine: plain Debian Python, nothing outside the standard library."""
