"""One record per fact a broker states: instruments, executions, corporate actions, transfers, option events, figures."""
