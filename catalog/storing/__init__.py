"""Parts of `upsert`: what the shop holds, what a batch makes of it, and the set-based SQL that writes it."""
