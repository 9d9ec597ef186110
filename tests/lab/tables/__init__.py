"""The lab's table, a module for each part."""
