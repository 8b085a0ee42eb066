"""What we are measured against, each behind the same small interface: build from texts, search for ids."""
