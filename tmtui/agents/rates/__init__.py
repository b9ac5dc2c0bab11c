"""Rate cards: what a request cost, what the next one can cost at most, and who says so.

Four tables are asked in turn, each by the model's name as it is written and by its plainer forms (`names`):

1. the user's own, from the settings (`own rates`);
2. tmtui's (`shipped`): what the third has wrong or lacks, with the day of its last change;
3. the offline data of genai-prices (`published`), loaded when it is first needed, never from the network;
4. the user's own entry `*`, for all other models.

A model that none of them knows is charged the dearest price that is known for its maker's models, with a warning:
an estimate that errs on the safe side, and never nothing. `domain.rate` says how a request is reckoned.
"""
