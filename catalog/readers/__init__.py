"""Readers: a file of any accepted kind becomes a stream of `RawRow`, in memory that does not grow with the file."""
