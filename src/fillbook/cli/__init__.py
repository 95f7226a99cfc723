"""The commands, one module each; `fillbook.cli.main` lists them."""
