"""The plainest consumer there is, measured as a service is: how quick any consumer can be on this machine."""
