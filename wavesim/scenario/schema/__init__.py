"""The keys of a scenario: fields, units, sentences, reference."""
