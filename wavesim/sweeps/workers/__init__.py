"""Workers that compute the rows: this process, other processes of this machine, or a cluster."""
