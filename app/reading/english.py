"""The English that the reader knows: everything here is about lists of steps, not about a domain.

A plan in another language is read where it is written formally, as JSON or between marks.
"""


def words(text: str) -> frozenset[str]:
    """Make a set of the words of a text."""
    return frozenset(text.split())


_ORDINALS = words("first second third fourth fifth sixth seventh eighth ninth tenth")
_ORDER = _ORDINALS | words("then next finally lastly")
_DOING = words("perform execute apply do action step the")

# Words of a label that may stand before a step, as in `Third action:`.
LABELS = _ORDER | _DOING | words("actions steps last plan answer solution final operation operator")

# Words that may open a sentence before the name of its action.
OPENERS = _ORDER | _DOING | words("now and after that afterwards use please to")

# Words and marks that join one step to the next.
JOINTS = words(", then and -> =>") | {"\u2192"}

# Words behind which a sentence gives reasons and names no more arguments.
REASONS = words("because since so as while which where making freeing leaving thus")

# Words that may stand between the last argument and one too many, as in `on top of`.
LINKS = words("on top of onto from the a an to into in at with over under upon off")

# Words behind a lone `a` that show it to be a name and not the article.
BEHIND_A_NAME = LINKS - words("the a an") | words("and down up out via using by is then")

# `Stack a on b requires …` tells of a step and asks for none.
TELLING = words(
    "requires require needs need is are was would will cannot can could should has removes"
    " restores makes creates adds deletes involves satisfies achieves gives leaves"
)

# A sentence that holds one of these announces a list of steps; the one before it is complete.
ANNOUNCING = words(
    "plan plans solution sequence actions steps answer summary final overall complete"
)

# A sentence that holds one of these takes back what stands before it.
CORRECTING = words(
    "wait actually corrected correction correcting revised revise revising alternatively"
    " alternative oops instead mistake mistaken incorrect apologies reconsider reevaluate redo"
    " retry attempt fails failed"
)

# A heading that holds one of these is not of the plan: it explains, or tells how things stand.
EXPLAINING = words(
    "explanation explanations explain explained breakdown rationale justification reasoning"
    " verification verify why arrangement configuration state states outcome outcomes result"
    " results condition conditions precondition preconditions effect effects achieved"
)
