"""Claude over Anthropic's API: the official SDK carries the request, a strict reader of our own reads the answer.

    ModelRequest ──render──► bytes ──SDK──► the API
                                               │ bytes
    ModelChunk ◄──model◄── message ◄── sse ◄───┘          errors: whatever goes wrong ──► Outcome

- `model`: the port, with its watchdogs.
- `render`: a conversation as the API wants it, so that its caches hold.
- `sse`, `message`: from bytes to events, from events to a whole answer or none.
- `errors`: from an exception or an error of the API to an outcome.
- `watch`: how long is waited for what.
- `catalogue`: the models that are known; `schemas`: what they can be held to.
- `options`: from a provider's settings to its model.
- `client`: the SDK's client, one for each account, loaded when it is first needed.

All but `model`, `client` and `options` are pure.
"""
