"""PDDL text made into a lifted model, with the place of everything that is wrong in it.

Where PDDL leaves a choice, this is how it is taken; each choice has a test.

- An object or a type declared `(either a b)` is of both types.
- An object declared twice with the same types is one object, with a warning; with other
  types it is an error. So it is for constants among the objects.
- Types, objects, predicates, numeric functions and actions may share names; a predicate and
  a function with objects as values may not. Names may begin with a digit. A predicate called
  like an effect or a comparison, such as `increase`, hides that.
- A supertype that is only mentioned is declared. `object` stands above every type.
- A variable of a quantifier may hide one of the same name; parameters are distinct.
- An atom whose terms never fit its declaration is an error in `:init`, goals and effects.
  In a precondition it never holds, and there is a warning.
- `()` as a goal always holds, with a warning. A missing `:init` is empty, with a warning.
- A problem that names another domain is read, with a warning; so are requirements that
  are used but not declared.
- `total-cost` that the problem gives no value begins at 0; the metric `total-time` of steps
  without durations is their number. Both with a warning. Else `total-cost` is a number like
  others, and others have no value before they are given one.
- Numbers are exact; `0.1` is a tenth. `1e2` is no number. `+` and `*` join two or more
  numbers, `-` one or two, `/` two. `=` compares numbers where a side can only be one: a
  word that names an object is the object.
- A derived predicate is declared among the predicates; the variables of a rule have the
  types of the declaration where the rule says nothing, and never wider ones. Rules that
  depend on their own negation are an error, and so is a derived predicate in `:init`, at a
  stated time or in an effect. Negations count through `not` and the premise of `imply`, so
  two of them are none.
- A function with objects as values is read as a relation with the value as one more
  argument. What reads a value that is not there does not hold, and its negation does; in an
  effect the value has to be there. Steps that would give a function two values cannot be
  made, even where one of the two is `undefined`. `(= (f ?x) undefined)` holds where there is
  no value; an object called `undefined` is that object. Values stand in conditions, effects
  and the amounts of effects; in `:init`, durations and metrics they are refused.
- A durative action that says nothing of its duration may take any time, with a warning.
- A timed initial literal is told from an atom of a predicate `at` by its shape,
  `(at NUMBER (…))`. What is stated for time 0 holds at first, with a warning.
- Several constraints without `and` around them are all meant, with a warning.
- A preference in the condition of a durative action stands around one time, as in
  `(preference p (over all (q)))`, and counts once for each step that does not meet it.
- A preference without a name is called `anonymous`; names may be shared. One preference for
  several constraints is read where they are one constraint together, as `always` is.
"""

from planners.pddl.reading import read_task

__all__ = ["read_task"]
