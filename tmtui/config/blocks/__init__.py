"""The larger parts of a settings file, each with a schema of its own that is loaded when somebody writes the part.

Most projects write none of them, and every command that reads settings would pay for all of them otherwise: each
schema costs up to a millisecond to build. `block` holds what they share, `loading` knows where they are.
"""
