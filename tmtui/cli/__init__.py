"""The composition root: it wires, parses and prints.

One module to a group of verbs, each imported only when it is asked for (`group`, `verbs`). What is printed is made
as values first (`output.Line`, `monitor.report.Report`) and made safe for a terminal in one place (`output`). The
process has one boundary (`main`), where whatever went wrong becomes a short message and an exit code (`exit_codes`).
"""
