"""The tools of agents: each understands its calls (`plan`) and carries them out."""
