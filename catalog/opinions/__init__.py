"""What customers say: how a review sounds, what it says of which aspect, and when a product's reviews turn bad."""
