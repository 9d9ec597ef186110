"""The twins' lab: services that keep their promises and services with one defect each, in several languages.

They are black boxes and import nothing of kcontract. `twins.py` is the table of what each must earn;
`python -m tests.lab` runs it and prints twin × expected × got.
"""
