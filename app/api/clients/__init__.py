"""Clients that were there before us, served as they stand.

Planning-as-a-service (`package`, `check`), the solver services of the PDDL extension of VS Code
(`solver`) and its validators (`validator`). Each wire form is the client's; what runs behind it
are ordinary sessions and the verifier. What is wrong with the request itself is answered with a
problem document, as everywhere. What is wrong with the task is answered in the client's own
form, for these clients show nothing of an answer with another status than 200 to 202.
"""
