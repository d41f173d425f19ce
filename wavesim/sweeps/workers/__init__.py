"""Who computes the rows: this process, others on this machine, or a cluster."""
