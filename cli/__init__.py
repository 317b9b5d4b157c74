"""The `relay` command: parses options, draws, decides nothing."""
