"""SQLite: connections, migrations, and all the SQL. Takes and returns values of the domain."""
