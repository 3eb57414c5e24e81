"""The base of every noun: settings, database, audit log, jobs, the object store, keys, and how a refusal is said."""
