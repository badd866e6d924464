; Packages between cities: trucks drive within a city, airplanes fly between airports.
(define (domain logistics)
  (:requirements :strips :typing)
  (:types
    place city package vehicle - object
    airport - place
    truck airplane - vehicle)
  (:predicates
    (lies-in ?place - place ?city - city)
    (stands ?vehicle - vehicle ?place - place)
    (waits ?package - package ?place - place)
    (aboard ?package - package ?vehicle - vehicle))

  (:action load
    :parameters (?package - package ?vehicle - vehicle ?place - place)
    :precondition (and (stands ?vehicle ?place) (waits ?package ?place))
    :effect (and (aboard ?package ?vehicle) (not (waits ?package ?place))))

  (:action unload
    :parameters (?package - package ?vehicle - vehicle ?place - place)
    :precondition (and (stands ?vehicle ?place) (aboard ?package ?vehicle))
    :effect (and (waits ?package ?place) (not (aboard ?package ?vehicle))))

  (:action drive
    :parameters (?truck - truck ?from ?to - place ?city - city)
    :precondition (and (stands ?truck ?from) (lies-in ?from ?city) (lies-in ?to ?city))
    :effect (and (stands ?truck ?to) (not (stands ?truck ?from))))

  (:action fly
    :parameters (?airplane - airplane ?from ?to - airport)
    :precondition (stands ?airplane ?from)
    :effect (and (stands ?airplane ?to) (not (stands ?airplane ?from)))))
