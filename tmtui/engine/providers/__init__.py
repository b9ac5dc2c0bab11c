"""Requests to providers: one gate before each, shared by all tasks, and one loop that asks again.

rules       what is configured
line        who comes next: first come first served, within priority
books       what is known of each provider and of the money: values, and questions to them
gate        lets requests through, has them wait, and takes account of how they ended
route       which model serves a conversation, and what follows when it cannot: decisions
requests    one attempt's requests, each recorded, made, recorded, judged
"""
