"""One file per critic; critics do not know each other."""
