"""From a model's free text to a plan. Says what it could not read; drops nothing silently.

Being lenient here is safe: a plan that is read is verified before anyone believes it.
"""

from app.reading.answer import read_answer
from app.reading.lexicon import Lexicon
from app.reading.reader import AnswerReader

__all__ = ["AnswerReader", "Lexicon", "read_answer"]
