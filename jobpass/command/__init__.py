"""The `jobpass` command: one module per subcommand, imported when it is asked for and not before."""
