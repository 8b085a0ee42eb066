"""Errors of answering a query."""

from catalog.errors import ShopError


class BadSearch(ShopError):
    """The request names something that does not exist or is out of range; `extra` lists what is allowed."""

    code = "bad_search"


class RuleRefused(ShopError):
    """A rule does not validate; `extra["errors"]` maps a field path to its message."""

    code = "rule_refused"


class RuleConflict(ShopError):
    """The rule was changed by somebody else since it was read; `extra["version"]` is the version now."""

    code = "rule_conflict"
    status = 409


class PolicyConflict(ShopError):
    """The rule policy, or the change of it that waits, is not the one that was seen."""

    code = "policy_conflict"
    status = 409


class QueryLogRefused(ShopError):
    """A file of searches is not taken over; `extra["errors"]` lists line numbers with what is wrong."""

    code = "query_log_refused"


class SynonymConflict(ShopError):
    """The row was changed by somebody else since it was read; `extra["version"]` is the version now."""

    code = "synonym_conflict"
    status = 409


class SimulationRefused(ShopError):
    """A what-if question does not validate; `extra["errors"]` maps a field path to its message."""

    code = "simulation_refused"


class JudgementsRefused(ShopError):
    """Judgements cannot be read as a whole; `extra["errors"]` names the lines that are wrong."""

    code = "judgements_refused"


class NotAllowed(ShopError):
    """This person or key may not do that to this rule; the message says who may."""

    code = "not_allowed"
    status = 403


class ApprovalNeeded(ShopError):
    """Four eyes: the change has to go through review; `extra["errors"]` marks the field."""

    code = "approval_needed"
    status = 409


class WrongStatus(ShopError):
    """The rule is not in a status from which this step leads on; `extra["status"]` is the status now."""

    code = "wrong_status"
    status = 409
