"""The results of a run as a document, one file a format; ``registry`` lists them."""
