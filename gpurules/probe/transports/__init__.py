"""Ways to a host engine, one file each; ``registry`` lists them."""
