"""The judge: a pure fold over the history of a run. Events and contracts in, verdicts out (ORACLE.md)."""
