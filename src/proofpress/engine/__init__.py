"""Memoised steps with recorded answers: what ran once runs again only when something that it read has changed.

The room knows nothing of blogs. A *step* is a key, a digest of its static inputs, and a function that may ask
questions. Its *trace* stores each question with the digest of the answer, and the step's value. The trace holds if the
static digest is equal and every question, asked again, has the same answer; otherwise the step runs again. Nothing
propagates dirtiness, so additions and removals need no rule of their own: the answer is simply another.
"""
