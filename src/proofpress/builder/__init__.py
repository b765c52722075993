"""A build: the one room that wires the others, from the folder to what is published."""
