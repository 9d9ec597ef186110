"""Services that keep their promises, each in another style that real teams use.

tests/lab/tables/styles.py names them. Those that take minutes, or need a JDK, are for
`kcontract verify tests/lab/good/contracts/NAME.yaml`: java, patient, pauses, slow-commits, ticks.
"""
