"""The only room that picks adapters and hands them, as ports, to the engine: a module for what commands share."""
