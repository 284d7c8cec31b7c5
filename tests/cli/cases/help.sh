vmemwalk --help
