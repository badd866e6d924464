"""The apprentice's language: its words.

Every word is one token. They are added tokens of a byte-level tokenizer in the Hugging
Face files; here they are all there is, so the embedded runtime needs no tokenizer.
"""

BLOCKS = 15
"""How many blocks the apprentice has names for, and the most it was taught."""

SYMBOLS = tuple(f"b{number}" for number in range(1, BLOCKS + 1))
ACTIONS = ("pick-up", "put-down", "stack", "unstack")
PAD, BEGIN, END = "<pad>", "<s>", "</s>"

END_STEP = ")\n"
NEW_LINE = "\n"
GOAL, START, TRIED, STATE, PLAN = "goal\n", "start\n", "tried\n", "state\n", "plan\n"
WRONG, UNMET, OPEN = "wrong\n", "unmet\n", "open\n"
ON, TABLE, CLEAR, HOLDING, EMPTY = " on", " table", " clear", " holding", " empty"
UNREADABLE = "(?"

WORDS = (
    *(f"({action}" for action in ACTIONS),
    *(f" {symbol}" for symbol in SYMBOLS),
    *(END_STEP, NEW_LINE, GOAL, START, TRIED, STATE, PLAN, WRONG, UNMET, OPEN),
    *(ON, TABLE, CLEAR, HOLDING, EMPTY, UNREADABLE),
)
