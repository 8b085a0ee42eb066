"""What shoppers search for, counted by day."""
