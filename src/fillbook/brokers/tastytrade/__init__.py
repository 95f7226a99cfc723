"""tastytrade: the history that its users download as CSV, in every form it has had."""
