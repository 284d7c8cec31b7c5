vmemwalk 2>&1
