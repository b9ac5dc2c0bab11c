"""What keeps a command from the rest of the machine, whatever it tries.

- `confinement`: what a command may do, as one list of places. `wrapping`: what every sandbox is.
- `bubblewrap`: a view of the machine in which only those places can be written (Linux).
- `landlock`: the same as far as the kernel's access rules go, applied by `landlock_launcher` in the child itself,
  with `landlock_rules` and, where the kernel lets one, `namespaces` (Linux).
- `seatbelt`: a profile for `sandbox-exec` (macOS).
- `probe`: tries them for real. `choose`: what the settings make of the result.
- `confined`: starts commands so. `limits`: what a command may use up.

The launcher runs before every command that it confines: the modules it loads need nothing but the standard library.
"""
