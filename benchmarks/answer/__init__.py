"""From the command to the number: processor seconds of whole processes, beside those of other codes on the same task."""
