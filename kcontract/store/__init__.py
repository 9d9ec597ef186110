"""What stays below `.kcontract/` of a project: the histories of runs and the case files of findings."""
