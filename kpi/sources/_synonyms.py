"""Everyday words for canonical columns, in the languages help desks speak: for files of tools nobody has written an importer for.

They only ever make a proposal that a person looks at.
"""

from __future__ import annotations

_TICKETS = {
    "ticket_id": (
        "ticket; ticket no; ticket nr; ticket number; ticket key; ticketid; case; case id; case no; case number; issue; "
        "issue id; issue key; id; number; no; nr; nummer; request id; request number; incident; incident id; reference; ref; "
        "conversation id; call id; ticketnummer; fall; fallnummer; vorgang; vorgangsnummer; numéro; numéro de ticket; "
        "número; número de ticket; identificador"
    ),
    "created_at": (
        "created; created on; created at; created time; created date; creation date; date created; opened; opened on; opened "
        "at; open date; open time; date opened; submitted; submitted on; submitted at; submission date; reported; reported "
        "on; received; received on; start date; start time; started; timestamp; raised on; logged; logged at; request date; "
        "call date; date; erstellt; erstellt am; erstellungsdatum; eröffnet; eröffnet am; angelegt; angelegt am; eingang; "
        "eingegangen am; créé; créé le; date de création; ouvert le; creado; creado el; fecha de creación; fecha de "
        "apertura; abierto el; criado em; aangemaakt"
    ),
    "first_reply_at": (
        "first reply; first reply at; first reply on; first response; first response at; first response date; first "
        "responded at; first responded on; first answer; first answered at; answered at; responded at; replied at; initial "
        "response; erste antwort; erste antwort am; beantwortet am; première réponse; primera respuesta"
    ),
    "solved_at": (
        "solved; solved at; solved on; solved date; resolved; resolved at; resolved on; resolved date; resolution date; date "
        "resolved; date solved; completed; completed at; completed on; completion date; fixed on; done at; finished; gelöst; "
        "gelöst am; erledigt; erledigt am; lösungsdatum; résolu; résolu le; date de résolution; resuelto; resuelto el; fecha "
        "de resolución; resolvido em"
    ),
    "closed_at": (
        "closed; closed at; closed on; closed date; closing date; close date; date closed; close time; geschlossen; "
        "geschlossen am; abgeschlossen am; fermé; fermé le; date de clôture; cerrado; cerrado el; fecha de cierre; fechado "
        "em"
    ),
    "updated_at": (
        "updated; updated at; updated on; last update; last updated; last modified; modified; modified on; changed on; "
        "geändert; geändert am; letzte änderung; mis à jour; modifié le; actualizado; última actualización"
    ),
    "due_at": "due; due at; due date; due by; deadline; sla due; resolve by; fällig; fällig am; échéance; vencimiento",
    "status": "status; state; ticket status; ticket state; current status; stage; zustand; statut; état; estado; situação",
    "channel": (
        "channel; source; origin; via; contact channel; contact type; medium; contact method; kanal; eingangskanal; canal; "
        "origine; herkunft"
    ),
    "priority": "priority; prio; urgency; severity; impact level; priorität; dringlichkeit; priorité; prioridad; prioridade",
    "type": "type; ticket type; case type; issue type; request type; kind; typ; art; vorgangsart; tipo; nature",
    "product_area": ("product; product area; product name; module; component; service; application; produkt; produit; producto"),
    "topic": (
        "topic; category; subcategory; reason; contact reason; case reason; issue category; thema; kategorie; grund; "
        "catégorie; motif; categoría; motivo"
    ),
    "tags": "tags; labels; tag; keywords; schlagworte; étiquettes; etiquetas",
    "team": (
        "team; group; assigned group; assignment group; department; queue; support group; squad; gruppe; abteilung; équipe; "
        "groupe; equipo; grupo; departamento"
    ),
    "agent": (
        "agent; agent name; assignee; assigned to; owner; handled by; handler; technician; representative; rep; operator; "
        "responsible; bearbeiter; zuständig; mitarbeiter; technicien; agente; asignado a; responsable; atendente"
    ),
    "requester": (
        "requester; requestor; customer; customer id; customer name; client; client name; user; contact; caller; raised by; "
        "reported by; reporter; submitter; email; kunde; kundennummer; melder; anforderer; demandeur; solicitante; cliente"
    ),
    "organization": ("organization; organisation; company; company name; account; account name; firma; société; entreprise; empresa"),
    "language": "language; locale; sprache; langue; idioma",
    "country": "country; country code; land; pays; país",
    "reopens": "reopens; reopened; reopen count; times reopened; reopenings; wiedereröffnet; wiedereröffnungen",
    "agent_replies": (
        "replies; agent replies; number of replies; responses; number of responses; agent responses; antworten; réponses; respuestas"
    ),
    "reassignments": "reassignments; reassigned; reassignment count; transfers; transferred; hops; weiterleitungen",
    "handle_seconds": (
        "handle time; handling time; aht; time spent; time worked; work time; effort; talk time; dauer; duration; "
        "bearbeitungszeit; aufwand; temps passé; tiempo dedicado"
    ),
    "queue_seconds": "wait time; waiting time; queue time; time in queue; wartezeit; temps d'attente; tiempo de espera",
    "first_reply_seconds": (
        "first reply time; first response time; time to first reply; time to first response; frt; response time; reaction "
        "time; reaktionszeit"
    ),
    "full_resolution_seconds": (
        "resolution time; time to resolution; time to resolve; ttr; time to close; handling duration; lösungszeit; "
        "lösungsdauer; temps de résolution; tiempo de resolución"
    ),
    "is_sla_met": "sla met; within sla; sla; sla status; in sla; sla kept; sla eingehalten",
    "is_escalated": "escalated; is escalated; escalation; eskaliert; escalado",
    "is_abandoned": "abandoned; is abandoned; missed; abgebrochen",
    "cost": "cost; costs; price; kosten; coût; costo",
    "url": "url; link; permalink",
}
_OTHERS = {
    "messages": {
        "ticket_id": _TICKETS["ticket_id"],
        "sent_at": (
            "sent; sent at; sent on; message date; created; created on; created at; created time; created date; creation "
            "date; date created; opened; opened on; opened at; open date; open time; date opened; submitted; submitted on; "
            "submitted at; submission date; reported; reported on; received; received on; start date; start time; started; "
            "timestamp; raised on; logged; logged at; request date; call date; date; erstellt; erstellt am; "
            "erstellungsdatum; eröffnet; eröffnet am; angelegt; angelegt am; eingang; eingegangen am; créé; créé le; date de "
            "création; ouvert le; creado; creado el; fecha de creación; fecha de apertura; abierto el; criado em; aangemaakt"
        ),
        "author": "author; sender; from; written by; user; name; absender; verfasser; auteur; autor",
        "author_role": "role; author role; sender type; author type; direction; user type; rolle",
        "is_public": "public; is public; visible; visibility; öffentlich",
        "text": "text; message; body; content; comment; nachricht; texte; mensaje",
    },
    "changes": {
        "ticket_id": _TICKETS["ticket_id"],
        "changed_at": (
            "changed; changed at; changed on; change date; updated; updated at; updated on; last update; last updated; last "
            "modified; modified; modified on; changed on; geändert; geändert am; letzte änderung; mis à jour; modifié le; "
            "actualizado; última actualización; date; timestamp; time"
        ),
        "field": "field; field name; attribute; property; column; feld; champ; campo",
        "old": "old; old value; from; previous; previous value; before; alt; alter wert; ancien",
        "new": "new; new value; to; after; value; neu; neuer wert; nouveau; nuevo",
    },
    "surveys": {
        "ticket_id": _TICKETS["ticket_id"],
        "requester": _TICKETS["requester"],
        "kind": "kind; survey; survey type; type; question",
        "score": (
            "score; rating; csat; csat score; nps; nps score; ces; satisfaction; satisfaction score; satisfaction rating; "
            "stars; answer; grade; recommend; likelihood to recommend; bewertung; zufriedenheit; puntuación; calificación; "
            "nota"
        ),
        "answered_at": (
            "answered; answered at; responded at; response date; rated at; submitted; submitted at; recorded date; end date; "
            "date; timestamp; beantwortet am; date de réponse; fecha de respuesta"
        ),
        "offered_at": "sent; sent at; offered; offered at; invited at; survey sent; gesendet am; envoyé le",
        "comment": "comment; comments; feedback; remark; reason; verbatim; kommentar; commentaire; comentario",
        "agent": _TICKETS["agent"],
        "team": _TICKETS["team"],
        "channel": _TICKETS["channel"],
    },
    "agent_time": {
        "agent": _TICKETS["agent"],
        "team": _TICKETS["team"],
        "started_at": ("started; start; start time; started at; interval; interval start; date; day; shift start; schichtbeginn"),
        "paid_seconds": "paid; paid time; paid hours; scheduled; scheduled time; logged in time; staffed time; shift length",
        "available_seconds": "available; available time; ready time; idle time; waiting time",
        "handling_seconds": "handling; handling time; handle time; busy time; on call; talk time",
        "hourly_cost": "hourly cost; hourly rate; rate; cost per hour; stundensatz",
    },
    "costs": {
        "period_start": "period start; start; from; month; date; period; monat; mois; mes",
        "period_end": "period end; end; to; until; bis",
        "category": "category; cost type; type; account; kategorie; kostenart",
        "amount": "amount; cost; costs; value; total; betrag; kosten; montant; importe",
        "currency": "currency; währung; devise; moneda",
        "team": _TICKETS["team"],
    },
    "customers": {
        "requester": (
            "requester; requestor; customer; customer id; customer name; client; client name; user; contact; caller; raised "
            "by; reported by; reporter; submitter; email; kunde; kundennummer; melder; anforderer; demandeur; solicitante; "
            "cliente; name; id"
        ),
        "became_customer_at": "customer since; since; signup date; signed up; start date; created; subscribed; kunde seit",
        "left_at": "left; churned; churn date; cancelled; canceled; cancelled on; end date; gekündigt am",
        "segment": "segment; plan; tier; group; category",
    },
    "reviews": {
        "review_id": "review id; review; id; evaluation id",
        "ticket_id": _TICKETS["ticket_id"],
        "reviewer": "reviewer; reviewed by; evaluator; rater; prüfer",
        "agent": (
            "agent; agent name; assignee; assigned to; owner; handled by; handler; technician; representative; rep; "
            "operator; responsible; bearbeiter; zuständig; mitarbeiter; technicien; agente; asignado a; responsable; "
            "atendente; reviewee"
        ),
        "category": "category; criterion; rating category; question; kriterium",
        "score": "score; rating; points; punkte",
        "weight": "weight; gewicht",
        "reviewed_at": "reviewed; reviewed at; review date; date; created",
    },
}
SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    table: {column: tuple(word.strip() for word in words.split(";")) for column, words in columns.items()}
    for table, columns in {"tickets": _TICKETS, **_OTHERS}.items()
}
"""Table -> column -> what people call it, the commonest first."""
