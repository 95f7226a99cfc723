"""The commands: `fillbook check`, `import`, `trades`, `report`, `serve`, `passwd`."""
