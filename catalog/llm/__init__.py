"""Language models behind one interface: prompts with a fixed shape of answer in, checked and counted answers out."""
