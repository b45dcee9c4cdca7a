"""The failure classes, one file each, in one folder for each place where a failure lies."""
