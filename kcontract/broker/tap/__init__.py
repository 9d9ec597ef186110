"""The protocol tap: a proxy between services and broker that reads along, replaces addresses and puts faults on."""
