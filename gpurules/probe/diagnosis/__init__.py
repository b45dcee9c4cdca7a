"""From what was seen to what is wrong: each failure class is one file in ``failures``; ``registry`` lists them."""
