"""Requests to providers: one gate before each, shared by all tasks, and one loop that asks again.

what is known, each with the one question whether a request may be made:
    circuits    of providers and their models, as the log knows them
    traffic     windows, buckets, how many at once; a refusal closes a model to everybody
    purse       the money that was spent and is set aside
    pauses      what the run as a whole waits for
    block       the answer when it may not; handicaps are told as what works less well

who comes when:
    applicant   who wants to make a request, and the leave to make it
    line        first come first served, within priority
    sleepers    those who wait for a time of day
    gate        holds all of this before each request, and takes account of how it ended

what follows:
    rules       what is configured; helm: what may be done to the run
    route       which model serves a conversation, and what follows when it cannot: decisions
    reckoning   how many tokens a request took, told or not
    requests    one attempt's requests, each recorded, made, recorded, judged
"""
