"""The machine: processes, ports, the download cache, run directories and their sweep."""
