"""How files are written all or none: staged, journaled, moved into place; and put right after a kill."""
