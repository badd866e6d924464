"""PDDL text made into a lifted model, with the place of everything that is wrong in it.

Where PDDL leaves a choice, this is how it is taken; each choice has a test.

- An object or a type declared `(either a b)` is of both types.
- An object declared twice with the same types is one object, with a warning; with other
  types it is an error. So it is for constants among the objects.
- Types, objects, predicates and actions may share names. Names may begin with a digit.
- A supertype that is only mentioned is declared. `object` stands above every type.
- A variable of a quantifier may hide one of the same name; parameters are distinct.
- An atom whose terms never fit its declaration is an error in `:init`, goals and effects.
  In a precondition it never holds, and there is a warning.
- `()` as a goal always holds, with a warning. A missing `:init` is empty, with a warning.
- A problem that names another domain is read, with a warning; so are requirements that
  are used but not declared.
- `total-cost` that the problem gives no value begins at 0; the metric `total-time` of steps
  without durations is their number. Both with a warning.
- Numbers are exact. `1e2` is no number.
"""

from planners.pddl.reading import read_task

__all__ = ["read_task"]
