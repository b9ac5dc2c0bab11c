"""OpenAI's chat completions, and every server that speaks them: vLLM, Ollama, llama.cpp, LM Studio and more.

    ModelRequest ──render──► bytes ──SDK──► the API
                                               │ bytes
    ModelChunk ◄──model◄── message ◄──events◄──┘          errors: whatever goes wrong ──► Outcome

- `model`: the port, with its watchdogs.
- `render`: a conversation as the API wants it.
- `message`: from chunks to a whole answer or none.
- `errors`: from an exception or an error of the API to an outcome.
- `catalogue`: the models that are known.
- `options`: from a provider's settings to its model; says what to install when the SDK is missing.
- `client`: the SDK's client, one for each account, loaded when it is first needed.

The official SDK carries the request. Its answer is read by the strict reader of events that Claude's stream is read
by, since the SDK takes a stream that ends early for one that is whole.
"""
