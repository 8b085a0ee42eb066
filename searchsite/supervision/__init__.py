"""The embedded servers and the processes of a one-machine shop: started, watched, recovered and stopped in order."""
