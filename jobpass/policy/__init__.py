"""Trust policies outside the stack: for roles of the file, and for roles that stand in no file."""
