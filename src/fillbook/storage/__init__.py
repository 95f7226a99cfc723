"""The database: all tables, all SQL, and who may see what."""
