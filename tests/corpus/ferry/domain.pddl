; One boat, one passenger at a time. Plain STRIPS with types.
(define (domain ferry)
  (:requirements :strips :typing)
  (:types bank passenger)
  (:predicates
    (moored ?b - bank)
    (waits ?p - passenger ?b - bank)
    (aboard ?p - passenger)
    (empty))
  (:action sail
    :parameters (?from ?to - bank)
    :precondition (moored ?from)
    :effect (and (not (moored ?from)) (moored ?to)))
  (:action board
    :parameters (?p - passenger ?b - bank)
    :precondition (and (moored ?b) (waits ?p ?b) (empty))
    :effect (and (aboard ?p) (not (waits ?p ?b)) (not (empty))))
  (:action land
    :parameters (?p - passenger ?b - bank)
    :precondition (and (moored ?b) (aboard ?p))
    :effect (and (waits ?p ?b) (not (aboard ?p)) (empty))))
