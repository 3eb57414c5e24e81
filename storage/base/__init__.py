"""What every noun stands on: settings, database, audit log, jobs, the object store, keys, and how a refusal is said."""
