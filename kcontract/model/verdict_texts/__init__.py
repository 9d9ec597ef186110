"""What `kcontract explain` says about each verdict: one constant a code, one paragraph a line.

The first paragraph says what the verdict means; `Proof`, `Not`, the languages and `Fix` follow.
"""
