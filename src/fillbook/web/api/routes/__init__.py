"""The operations. Each asks one function of `storage.answers` (of `sync.answers` for links), which the commands ask too."""
