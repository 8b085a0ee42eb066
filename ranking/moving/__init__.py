"""Moving in: rules that other search systems and spreadsheets wrote, as rules of this shop."""
