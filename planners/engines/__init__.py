"""Sound planners of others, each a process under limits, behind one protocol.

What they find is a claim like any other: plans are verified before anybody believes them.
Their proofs that there is no plan are believed, and name the engine.
"""
