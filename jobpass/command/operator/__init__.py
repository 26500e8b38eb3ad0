"""The commands for platforms and laptops, with the libraries of the extra `operator`."""
