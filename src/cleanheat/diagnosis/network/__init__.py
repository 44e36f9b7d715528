"""What does one network, trained on all objects of a kind together, know that each object's own ridge does not?

Training runs in a process of its own (``process``); here and on the minute path there is numpy alone.
"""
