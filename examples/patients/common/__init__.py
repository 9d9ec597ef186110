"""What the consuming services share: the at-least-once loop and the registry of writer schemas."""
