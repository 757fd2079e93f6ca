"""What customers say. The newest answer of a ticket counts; an invitation is no answer; a score outside its scale counts nowhere."""

from __future__ import annotations

from kpi.catalogue.tables import surveys
from kpi.forms import Mean, Nps, Share
from kpi.metric import Metric

FAMILY = "satisfaction"
_ASSUMED = {
    "assumed": (surveys.is_time_assumed & surveys.is_answered_survey, "without a rating time, placed at the solve (else the creation)")
}


def _answers(kind: str):  # type: ignore[no-untyped-def]  # Ibis expressions carry no types
    return (surveys.kind == kind) & surveys.score.notnull() & surveys.is_valid & surveys.is_latest


_CSAT = _answers("csat")
_NEEDS = ("surveys.csat",)

METRICS = (
    Metric(
        name="csat",
        label="CSAT",
        family=FAMILY,
        about="Share of satisfaction answers in the top two of five (good, on a two-point scale).",
        formula="answers of 4 or 5 ÷ answers",
        unit="%",
        better="higher",
        form=Share(surveys.position >= 0.75, _CSAT, surveys.rated_at, surveys, asides=_ASSUMED),
        by="rating",
        reference="top-two-box; Zendesk maps 1-5 the same way",
        needs=_NEEDS,
        high=100.0,
    ),
    Metric(
        name="csat_mean",
        label="CSAT, mean score",
        family=FAMILY,
        about="Mean satisfaction on a scale of 1 to 5; other scales of three points or more are stretched to it.",
        formula="mean of 1 + 4 × (score − low) ÷ (high − low)",
        unit="score",
        better="higher",
        form=Mean(surveys, 1 + 4 * surveys.position, surveys.rated_at, _CSAT & (surveys.scale_high - surveys.scale_low >= 2)),
        by="rating",
        reference="ServiceNow, Freshdesk report means",
        needs=_NEEDS,
        low=1.0,
        high=5.0,
    ),
    Metric(
        name="dsat",
        label="DSAT",
        family=FAMILY,
        about="Share of satisfaction answers in the bottom two of five (bad, on a two-point scale).",
        formula="answers of 1 or 2 ÷ answers",
        unit="%",
        better="lower",
        form=Share(surveys.position <= 0.25, _CSAT, surveys.rated_at, surveys),
        by="rating",
        reference="100 − CSAT where there is no neutral answer",
        needs=_NEEDS,
        high=100.0,
    ),
    Metric(
        name="nps",
        label="NPS",
        family=FAMILY,
        about="Promoters (9 or 10) less detractors (0 to 6), as points between -100 and 100.",
        formula="100 × (promoters − detractors) ÷ answers",
        unit="points",
        better="higher",
        form=Nps(surveys, surveys.score, surveys.rated_at, _answers("nps") & (surveys.scale_low == 0) & (surveys.scale_high == 10)),
        by="answer",
        reference="Reichheld 2003; interval Rocks 2016",
        needs=("surveys.nps",),
        low=-100.0,
        high=100.0,
    ),
    Metric(
        name="ces",
        label="Customer effort",
        family=FAMILY,
        about="Mean of 'the company made it easy', 1 to 7, 7 the easiest; other scales are stretched and turned to it.",
        formula="mean of 1 + 6 × (score − low) ÷ (high − low), turned where low is the good end",
        unit="score",
        better="higher",
        form=Mean(surveys, 1 + 6 * surveys.position, surveys.rated_at, _answers("ces")),
        by="answer",
        reference="CES 2.0 (Gartner)",
        needs=("surveys.ces",),
        low=1.0,
        high=7.0,
    ),
    Metric(
        name="survey_response_rate",
        label="Survey response",
        family=FAMILY,
        about="Share of survey invitations that were answered; unknown where the export holds answers only.",
        formula="answered ÷ offered",
        unit="%",
        better="higher",
        form=Share(surveys.is_answered_survey, surveys.is_offered, surveys.asked_at, surveys),
        by="invitation",
        reference="rated ÷ offered",
        needs=("surveys.invitations",),
        high=100.0,
    ),
)
