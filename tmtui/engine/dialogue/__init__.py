"""Leading a conversation with a model, turn by turn.

memory      the conversation, from its events
turns       what follows from an answer: pure
shorten     a conversation that is too long, made shorter: pure
lead        the loop that holds these together
"""
