"""What is wrong with the rules and the searches of the shop, found by a nightly job and shown on one page."""
