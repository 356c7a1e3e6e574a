"""The networks' forward passes in numpy, as Blender brings it: the engine of the add-on and of the command line."""
