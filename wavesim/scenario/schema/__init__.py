"""Schema of scenario files: fields, units, error messages, reference."""
