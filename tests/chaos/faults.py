"""Everything that may go wrong, by name. The schedule chooses; each fault sets right again what it broke."""

from __future__ import annotations

from tests.chaos import faults_links, faults_people, faults_processes, faults_servers
from tests.chaos.scene import Fault

ALL: dict[str, Fault] = {
    fault.name: fault
    for module in (faults_processes, faults_servers, faults_links, faults_people)
    for fault in module.FAULTS
}
QUICK = (
    "kill web",
    "kill and empty valkey",
    "kill postgres",
    "answers lost",
    "freeze dispatcher 30",
    "agents stutter",
)
