"""What an agent is asked: templates, their rendering, and the fence around foreign text. Pure."""
