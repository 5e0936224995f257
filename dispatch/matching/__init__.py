"""Which waiting escalation is offered to which agent: pure, the same in dispatcher, tests and simulation.

`planner.plan` decides; `facts` is what it is made from. Importing this package loads no solver.
"""

from dispatch.matching.facts import Candidate, Certificate, Certificates, Climate, Id, Modes, Placement, Waiting
from dispatch.matching.weights import Weights

__all__ = ["Candidate", "Certificate", "Certificates", "Climate", "Id", "Modes", "Placement", "Waiting", "Weights"]
